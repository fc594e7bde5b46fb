#include <gtest/gtest.h>
#include <kernel/plugin/gated.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <thread>

namespace bryo::kernel {
namespace {

using namespace std::chrono_literals;

Task<Result<Response>> answer(Request&) { co_return Response(204); }
Task<Result<Response>> throws(Request&) {
  throw std::runtime_error("oh");
  co_return Response(204);
}

Result<Response> run(const RouteHandler& handler) {
  boost::asio::io_context loop;
  Request request;
  auto result = boost::asio::co_spawn(loop, handler(request), boost::asio::use_future);
  loop.run();
  return result.get();
}

TEST(CallGate, RefusesUntilItIsOpenAndNamesThePlugin) {
  auto gate = std::make_shared<CallGate>("moss");
  const RouteHandler handler = gated(gate, answer);
  const auto refused = run(handler);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status(), 503);
  EXPECT_EQ(refused.error().message(), "plugin 'moss' is stopping");
  gate->open();
  EXPECT_EQ(run(handler)->status, 204);
  EXPECT_EQ(gate->calls(), 1u);
}

TEST(CallGate, TurnsWhatIsThrownIntoAnError) {
  auto gate = std::make_shared<CallGate>("moss");
  gate->open();
  const auto result = run(gated(gate, throws));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message(), "plugin 'moss': oh");
  EXPECT_EQ(gate->exceptions(), 1u);
  EXPECT_EQ(gate->running(), 0u);
}

TEST(CallGate, RemembersTheLastError) {
  auto gate = std::make_shared<CallGate>("moss");
  gate->open();
  EXPECT_EQ(gate->last_error(), "");
  const auto refuses = [](Request&) -> Task<Result<Response>> { co_return Error(Errc::NotFound, "no such thing"); };
  EXPECT_FALSE(run(gated(gate, refuses)));
  EXPECT_EQ(gate->last_error(), "no such thing");
  EXPECT_FALSE(run(gated(gate, throws)));
  EXPECT_EQ(gate->last_error(), "plugin 'moss': oh");
  EXPECT_EQ(gate->errors(), 2u);
}

TEST(CallGate, ADrainEndsWhenTheNodeStops) {
  auto gate = std::make_shared<CallGate>("moss");
  gate->open();
  const auto stuck = gate->enter();
  bool emptied = true;
  std::thread drain(
      [&] { emptied = gate->close_and_wait(CallGate::Closed::Drained, Deadline::never(), Deadline::never()); });
  while (gate->enter()) std::this_thread::yield();
  gate->set_patient(false);
  drain.join();
  EXPECT_FALSE(emptied);
}

TEST(CallGate, WaitsForAThousandSuspendedCalls) {
  auto gate = std::make_shared<CallGate>("moss");
  gate->open();
  boost::asio::io_context loop;
  boost::asio::steady_timer never(loop, std::chrono::steady_clock::time_point::max());
  const RouteHandler handler = gated(gate, [&never](Request&) -> Task<Result<Response>> {
    boost::system::error_code ignored;
    co_await never.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    co_return Response(204);
  });
  Request request;
  std::vector<std::future<Result<Response>>> results;
  for (int i = 0; i < 1000; ++i) {
    results.push_back(boost::asio::co_spawn(loop, handler(request), boost::asio::use_future));
  }
  loop.poll();
  ASSERT_EQ(gate->running(), 1000u);
  EXPECT_FALSE(gate->close_and_wait(CallGate::Closed::Stopping, Deadline::after(1ms), Deadline::after(1ms)));

  never.cancel();
  std::thread runner([&] { loop.run(); });
  EXPECT_TRUE(gate->close_and_wait(CallGate::Closed::Stopping, Deadline::after(30s), Deadline::after(30s)));
  runner.join();
  for (auto& result : results) EXPECT_EQ(result.get()->status, 204);
}

TEST(CallGate, RefusesMoreCallsThanAllowed) {
  auto gate = std::make_shared<CallGate>("moss");
  Counter calls;
  Counter errors;
  gate->set_terms({Option<std::int64_t>::fixed(1), calls, errors});
  gate->open();
  const auto first = gate->enter();
  ASSERT_TRUE(first);
  const auto second = gate->enter();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().status(), 429);
  EXPECT_EQ(second.error().message(),
            "plugin 'moss' has 1 calls under way, as many as [plugin.moss] max_calls allows; repeat later");
  EXPECT_EQ(gate->running(), 1u);
  EXPECT_EQ(calls.value(), 1u);
}

TEST(CallGate, AStreamedBodyCountsUntilItIsSent) {
  auto gate = std::make_shared<CallGate>("moss");
  gate->open();
  auto result = run(gated(gate, [](Request&) -> Task<Result<Response>> {
    Response response;
    response.body = StreamBody{.produce = [](BodySink&) -> Task<Status> { co_return Status{}; }};
    co_return response;
  }));
  ASSERT_TRUE(result);
  EXPECT_EQ(gate->running(), 1u);
  result = Response(204);
  EXPECT_EQ(gate->running(), 0u);
}

}  // namespace
}  // namespace bryo::kernel
