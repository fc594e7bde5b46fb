// What drain does to a backend's calls, which run inside coroutines of others.
#include <gtest/gtest.h>
#include <kernel/plugin/gated_backend.h>
#include <tests/unit/plugin/slow_backend.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <ctime>
#include <functional>
#include <thread>
#include <vector>

namespace bryo::kernel::testing {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto kNow = Deadline::Clock::time_point::min();
constexpr const char* kDrained = "plugin 'folder' is drained: this call took too long and was ended";

/// What a client's coroutine gets: success, or the error.
using Call = std::function<Task<Status>(Backend&)>;

template <class T>
Task<Status> status_of(Task<T> task) {
  auto result = co_await std::move(task);
  if (!result) co_return result.error();
  co_return Status{};
}

Task<Status> read_two(Backend& backend) {
  auto reading = backend.read({}, "slow");  // g++ 12: no temporaries with destructors beside a co_await
  BRYO_CO_TRY(found, co_await std::move(reading));
  std::byte piece{};
  const MutableBytes to(&piece, 1);
  BRYO_CO_CHECK(co_await found.content->read(to));
  co_return co_await status_of(found.content->read(to));
}
Task<Status> write_from_a_slow_client(Backend& backend) {
  SlowContent content(sleep);
  auto writing = status_of(backend.write({}, "o", {}, content));
  co_return co_await std::move(writing);
}

const std::pair<const char*, Call> kOperations[] = {
    {"head_bucket", [](Backend& backend) { return backend.head_bucket({}); }},
    {"list_buckets", [](Backend& backend) { return status_of(backend.list_buckets()); }},
    {"head", [](Backend& backend) { return status_of(backend.head({}, "o")); }},
    {"list", [](Backend& backend) { return status_of(backend.list({}, {})); }},
    {"remove", [](Backend& backend) { return backend.remove({}, "o"); }},
    {"read", [](Backend& backend) { return status_of(backend.read({}, "o")); }},
    {"content", read_two},
    {"write", write_from_a_slow_client},
};

class BackendCancellation : public ::testing::Test {
 protected:
  BackendCancellation() { gate_->open(); }
  std::unique_ptr<Backend> backend(Wait wait) {
    return gated(gate_, BackendFactory([wait] { return std::make_unique<SlowBackend>(wait); }))();
  }
  /// Beside a thread that runs the loop. The processor time it took.
  std::clock_t drain() {
    std::thread runner([this] { loop_.run(); });
    const auto begin = std::clock();
    EXPECT_TRUE(gate_->close_and_wait(CallGate::Closed::Drained, Deadline(kNow), Deadline::after(30s)));
    runner.join();
    return std::clock() - begin;
  }

  std::shared_ptr<CallGate> gate_ = std::make_shared<CallGate>("folder");
  asio::io_context loop_;
};

TEST_F(BackendCancellation, EndsAThousandSuspendedCallsOfEveryOperation) {
  const auto slow = backend(sleep);
  for (const auto& [name, call] : kOperations) {
    SCOPED_TRACE(name);
    gate_->open();
    loop_.restart();
    std::vector<std::future<Status>> answers;
    for (int i = 0; i < 1000; ++i) answers.push_back(asio::co_spawn(loop_, call(*slow), asio::use_future));
    loop_.poll();
    ASSERT_EQ(gate_->running(), 1000u);
    [[maybe_unused]] const auto worked = drain();
    for (auto& answer : answers) {
      const auto status = answer.get();
      ASSERT_FALSE(status);
      ASSERT_EQ(status.error().status(), 503);
      ASSERT_EQ(status.error().message(), kDrained);
    }
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    // The processor time, because the tests of others may run beside this one.
    EXPECT_LT(worked, CLOCKS_PER_SEC / 10);
#endif
  }
  EXPECT_EQ(gate_->errors(), 0u) << "to be drained is no mistake of the plugin";
}

TEST_F(BackendCancellation, WhatItThrowsThenIsNoMistake) {
  const auto slow = backend(sleep_and_throw);
  auto answer = asio::co_spawn(loop_, slow->head_bucket({}), asio::use_future);
  auto content = asio::co_spawn(loop_, read_two(*slow), asio::use_future);
  loop_.poll();
  drain();
  EXPECT_EQ(answer.get().error().message(), kDrained);
  EXPECT_EQ(content.get().error().message(), kDrained);
  EXPECT_EQ(gate_->exceptions(), 0u);
}

TEST_F(BackendCancellation, ACallThatEndsWellEvenSoAnswersThat) {
  const auto slow = backend(sleep_soundly);
  auto answer = asio::co_spawn(loop_, slow->head_bucket({}), asio::use_future);
  loop_.poll();
  drain();
  EXPECT_TRUE(answer.get());
}

/// The coroutine of a request whose client went away.
TEST_F(BackendCancellation, WhoeverWaitsCancelsItsCallsToo) {
  const auto slow = backend(sleep);
  for (const auto& [name, call] : kOperations) {
    SCOPED_TRACE(name);
    loop_.restart();
    asio::cancellation_signal leave;
    std::optional<bool> cancelled;
    auto run = [](const Call& of, Backend& there, std::optional<bool>& told) -> Task<void> {
      co_await asio::this_coro::throw_if_cancelled(false);
      const auto status = co_await of(there);
      told = !status && status.error().code() == Errc::Cancelled;
    };
    asio::co_spawn(loop_, run(call, *slow, cancelled), asio::bind_cancellation_slot(leave.slot(), asio::detached));
    loop_.poll();
    ASSERT_EQ(gate_->running(), 1u);
    leave.emit(asio::cancellation_type::terminal);
    loop_.run();  // to its end
    EXPECT_EQ(gate_->running(), 0u);
    EXPECT_EQ(cancelled, true);
  }
  EXPECT_EQ(gate_->errors(), 0u);
  EXPECT_EQ(gate_->exceptions(), 0u);
}

TEST_F(BackendCancellation, TheCallAfterOneThatWasEndedRuns) {
  const auto slow = backend(sleep);
  asio::cancellation_signal leave;
  std::vector<Status> answers;
  auto run = [](Backend& there, std::vector<Status>& heard) -> Task<void> {
    for (int i = 0; i < 2; ++i) {
      auto asking = there.head_bucket({});
      heard.push_back(co_await std::move(asking));
    }
    asio::steady_timer timer(co_await asio::this_coro::executor, 0s);
    co_await timer.async_wait(asio::use_awaitable);
    heard.emplace_back();
  };
  asio::co_spawn(loop_, run(*slow, answers), asio::bind_cancellation_slot(leave.slot(), asio::detached));
  loop_.poll();
  drain();
  ASSERT_EQ(answers.size(), 3u) << "the caller itself was not cancelled";
  EXPECT_EQ(answers[0].error().message(), kDrained);
  EXPECT_EQ(answers[1].error().message(),
            "plugin 'folder' is drained; `bryo plugin start folder` lets it take calls again");
}

TEST_F(BackendCancellation, AContentCountsUntilItIsReleased) {
  const auto slow = backend(sleep);
  auto found = asio::co_spawn(loop_, slow->read({}, "slow"), asio::use_future);
  loop_.run();
  auto content = std::move(found.get()->content);
  std::thread drain(
      [&] { EXPECT_TRUE(gate_->close_and_wait(CallGate::Closed::Drained, Deadline(kNow), Deadline::after(30s))); });
  while (gate_->enter()) std::this_thread::yield();
  content.reset();
  drain.join();
}

TEST_F(BackendCancellation, ALoopThatIsDestroyedTakesItsCallsAlong) {
  auto loop = std::make_unique<asio::io_context>();
  asio::cancellation_signal leave;
  const auto slow = backend(sleep);
  for (const auto& [name, call] : kOperations) asio::co_spawn(*loop, call(*slow), asio::detached);
  asio::co_spawn(*loop, slow->head_bucket({}), asio::bind_cancellation_slot(leave.slot(), asio::detached));
  loop->poll();
  EXPECT_EQ(gate_->running(), std::size(kOperations) + 1);
  loop.reset();
  EXPECT_EQ(gate_->running(), 0u);
}

TEST_F(BackendCancellation, ABackendThatAnswersNoContentIsFound) {
  const auto slow = backend(sleep);
  auto answer = asio::co_spawn(loop_, slow->read({}, "none"), asio::use_future);
  loop_.run();
  EXPECT_EQ(answer.get().error().message(), "plugin 'folder': its backend answered no content");
  EXPECT_EQ(gate_->errors(), 1u);
}

}  // namespace
}  // namespace bryo::kernel::testing
