// What drain does to calls that are suspended somewhere.
#include <gtest/gtest.h>
#include <kernel/plugin/gated.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <ctime>
#include <deque>
#include <thread>

#include "../http/http_fixture.h"

namespace bryo::kernel {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto kGone = std::chrono::steady_clock::time_point::min();

Task<void> sleep_an_hour() {
  asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
  co_await timer.async_wait(asio::use_awaitable);
}

Task<Result<Response>> sleep_and_answer(Request&) {
  co_await sleep_an_hour();
  co_return Response(204);
}

/// Ends only when it is told three times.
Task<Result<Response>> stubborn(Request&) {
  int told = 0;
  while (told < 3) {
    co_await asio::this_coro::throw_if_cancelled(false);
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    boost::system::error_code woken;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    ++told;
  }
  co_return Response(204);
}

/// Calls on a loop of their own, as connections make them.
struct Callers {
  struct Call {
    Request request;
    std::optional<Result<Response>> result;
    std::optional<Status> after;  ///< how the coroutine could wait afterwards
  };

  void call(const RouteHandler& handler) {
    Call& call = calls.emplace_back();
    call.request.scope = std::make_shared<CallScope>(loop.get_executor());
    auto& scope = call.request.scope;
    asio::co_spawn(loop, run(handler, call),
                   asio::bind_cancellation_slot(scope->slot(), [scope](const std::exception_ptr&) {}));
  }
  static Task<void> run(RouteHandler handler, Call& call) {
    call.result.emplace(co_await handler(call.request));
    asio::steady_timer timer(co_await asio::this_coro::executor, kGone);
    boost::system::error_code failed;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, failed));
    call.after.emplace(failed ? Status(Error(Errc::Cancelled, failed.message())) : Status());
  }

  asio::io_context loop;
  std::deque<Call> calls;
};

TEST(Cancellation, EndsAThousandSuspendedCallsAtOnce) {
  auto gate = std::make_shared<CallGate>("moss");
  gate->open();
  const RouteHandler handler = gated(gate, sleep_and_answer);
  Callers callers;
  for (int i = 0; i < 1000; ++i) callers.call(handler);
  callers.loop.poll();
  ASSERT_EQ(gate->running(), 1000u);

  std::thread runner([&] { callers.loop.run(); });
  const auto begin_work = std::clock();
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(gate->close_and_wait(CallGate::Closed::Stopping, Deadline(begin), Deadline::after(30s)));
  const auto took = std::chrono::steady_clock::now() - begin;
  runner.join();
  const auto worked = std::clock() - begin_work;
  RecordProperty("drain_us", static_cast<int>(took / 1us));
  RecordProperty("drain_cpu_us", static_cast<int>(worked * 1'000'000 / CLOCKS_PER_SEC));
  for (const auto& call : callers.calls) {
    ASSERT_FALSE(*call.result);
    EXPECT_EQ(call.result->error().status(), 503);
    EXPECT_EQ(call.result->error().message(), "plugin 'moss' is stopping: this call took too long and was ended");
    ASSERT_TRUE(call.after && *call.after) << "the connection must be able to send the answer";
  }
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  // The processor time, because the tests of others may run beside this one.
  EXPECT_LT(worked, CLOCKS_PER_SEC / 10);
#endif
}

TEST(Cancellation, TellsACallThatWaitsAgainAgain) {
  auto gate = std::make_shared<CallGate>("moss");
  gate->open();
  Callers callers;
  callers.call(gated(gate, stubborn));
  callers.loop.poll();
  std::thread runner([&] { callers.loop.run(); });
  EXPECT_TRUE(gate->close_and_wait(CallGate::Closed::Stopping, Deadline(kGone), Deadline::after(30s)));
  runner.join();
  EXPECT_EQ((*callers.calls.front().result)->status, 204);
}

TEST(Cancellation, DoesNotReachTheNextCallOfAConnection) {
  asio::io_context loop;
  auto scope = std::make_shared<CallScope>(loop.get_executor());
  bool ended = false;
  const auto emitted = [&](asio::cancellation_type) { ended = true; };
  scope->slot().assign(emitted);
  ASSERT_TRUE(scope->enter());
  scope->cancel(scope->mark());
  scope->leave();
  ASSERT_TRUE(scope->enter());
  loop.poll();
  EXPECT_FALSE(ended);
  scope->cancel(scope->mark());
  loop.restart();
  loop.poll();
  EXPECT_TRUE(ended);
  EXPECT_TRUE(scope->take_cancelled());
}

TEST(Cancellation, TheClientGetsItsAnswerAndTheConnectionLives) {
  auto gate = std::make_shared<CallGate>("moss");
  gate->open();
  test::TestServer server;
  server.route(Verb::Get, "/v1/sleep", gated(gate, sleep_and_answer));
  server.route(Verb::Get, "/v1/stream", gated(gate, [](Request&) -> Task<Result<Response>> {
                 Response response;
                 response.body = StreamBody{.produce = [](BodySink&) -> Task<Status> {
                   co_await sleep_an_hour();
                   co_return Status{};
                 }};
                 co_return response;
               }));
  server.route(Verb::Get, "/v1/other", test::fixed_text("here"));
  server.start();
  auto sleeper = server.connect();
  auto streamer = server.connect();
  sleeper.send("GET /v1/sleep HTTP/1.1\r\nHost: x\r\n\r\n");
  streamer.send("GET /v1/stream HTTP/1.1\r\nHost: x\r\n\r\n");
  while (gate->running() < 2) std::this_thread::yield();
  EXPECT_TRUE(gate->close_and_wait(CallGate::Closed::Stopping, Deadline(kGone), Deadline::after(30s)));
  for (auto* client : {&sleeper, &streamer}) {
    const auto answer = client->read();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 503);
    EXPECT_NE(answer->body.find("plugin 'moss' is stopping"), std::string::npos) << answer->body;
    client->send("GET /v1/other HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client->read()->body, "here");
    client->send("GET /v1/sleep HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client->read()->status, 503);
  }
}

}  // namespace
}  // namespace bryo::kernel
