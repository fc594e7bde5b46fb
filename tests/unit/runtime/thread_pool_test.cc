#include <kernel/runtime/thread_pool.h>

#include <kernel/runtime/event_loops.h>
#include "error_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <stdexcept>
#include <thread>
#include <vector>

namespace bryo::kernel::test {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

/// Holds pool threads until it is opened.
class Gate {
 public:
  std::function<Status()> work() {
    return [this]() -> Status {
      ++entered_;
      entered_.notify_all();
      opened_.wait(false);
      return {};
    };
  }
  void await_entered(int n) {
    for (int seen = entered_; seen < n; seen = entered_) entered_.wait(seen);
  }
  void open() {
    opened_ = true;
    opened_.notify_all();
  }

 private:
  std::atomic<int> entered_{0};
  std::atomic<bool> opened_{false};
};

class ThreadPoolTest : public testing::Test {
 protected:
  std::future<Status> start(ThreadPool& pool, std::function<Status()> work) {
    return asio::co_spawn(loops_.at(0), pool.run(std::move(work)), asio::use_future);
  }
  /// Everything posted to the loop before this has been done.
  void settle() {
    asio::post(loops_.at(0), asio::use_future([] {})).get();
  }

  ErrorLog log_;
  EventLoops loops_{1, log_};
};

struct Threads {
  std::thread::id before, inside, after;
};

Task<Threads> watch_threads(ThreadPool& pool) {
  Threads seen;
  seen.before = std::this_thread::get_id();
  const auto status = co_await pool.run([&seen]() -> Status {
    seen.inside = std::this_thread::get_id();
    return {};
  });
  seen.after = std::this_thread::get_id();
  EXPECT_TRUE(status);
  co_return seen;
}

TEST_F(ThreadPoolTest, RunsElsewhereAndComesBack) {
  ThreadPool pool({.threads = 1});
  const auto seen = asio::co_spawn(loops_.at(0), watch_threads(pool), asio::use_future).get();
  EXPECT_EQ(seen.before, seen.after);
  EXPECT_NE(seen.before, seen.inside);
}

TEST_F(ThreadPoolTest, PassesErrorsOnAndTurnsExceptionsIntoErrors) {
  ThreadPool pool({.threads = 1});
  const auto failed = start(pool, [] { return Status(Error(Errc::NotFound, "no such thing")); }).get();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code(), Errc::NotFound);
  const auto thrown = start(pool, []() -> Status { throw std::runtime_error("boom"); }).get();
  ASSERT_FALSE(thrown);
  EXPECT_EQ(thrown.error().code(), Errc::Internal);
  EXPECT_EQ(thrown.error().message(), "work on the blocking pool failed: boom");
}

TEST_F(ThreadPoolTest, NeverRunsMoreThanItsThreads) {
  ThreadPool pool({.threads = 2});
  Gate gate;
  std::vector<std::future<Status>> blockers;
  for (int i = 0; i < 2; ++i) blockers.push_back(start(pool, gate.work()));
  gate.await_entered(2);
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  std::vector<std::future<Status>> calls;
  for (int i = 0; i < 50; ++i) {
    calls.push_back(start(pool, [&]() -> Status {
      const int now = ++running;
      for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
      }
      --running;
      return {};
    }));
  }
  settle();
  EXPECT_EQ(pool.counts().running, 2u);
  EXPECT_EQ(pool.counts().waiting, 50u);
  gate.open();
  for (auto& call : calls) EXPECT_TRUE(call.get());
  for (auto& blocker : blockers) EXPECT_TRUE(blocker.get());
  EXPECT_LE(most, 2);
  EXPECT_EQ(pool.counts().finished, 52u);
  EXPECT_EQ(pool.counts().waiting, 0u);
}

TEST_F(ThreadPoolTest, FirstComeFirstServed) {
  ThreadPool pool({.threads = 1});
  Gate gate;
  auto blocker = start(pool, gate.work());
  gate.await_entered(1);
  std::vector<int> order;  // one thread writes it
  std::vector<std::future<Status>> calls;
  for (int i = 0; i < 20; ++i) {
    calls.push_back(start(pool, [&order, i]() -> Status {
      order.push_back(i);
      return {};
    }));
  }
  gate.open();
  for (auto& call : calls) EXPECT_TRUE(call.get());
  EXPECT_TRUE(blocker.get());
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST_F(ThreadPoolTest, TheLineHasAnEnd) {
  ThreadPool pool({.threads = 1, .waiting = 2});
  Gate gate;
  auto blocker = start(pool, gate.work());
  gate.await_entered(1);
  auto first = start(pool, [] { return Status(); });
  auto second = start(pool, [] { return Status(); });
  const auto third = start(pool, [] { return Status(); }).get();
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code(), Errc::TooManyRequests);
  EXPECT_EQ(third.error().retry_after(), 1);
  gate.open();
  EXPECT_TRUE(blocker.get());
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get());
}

TEST_F(ThreadPoolTest, ACancelledCallerLeavesTheLine) {
  ThreadPool pool({.threads = 1});
  Gate gate;
  auto blocker = start(pool, gate.work());
  gate.await_entered(1);
  std::atomic<bool> ran = false;
  asio::cancellation_signal signal;
  auto waiting = asio::co_spawn(loops_.at(0), pool.run([&ran]() -> Status {
    ran = true;
    return {};
  }),
                                asio::bind_cancellation_slot(signal.slot(), asio::use_future));
  settle();
  EXPECT_EQ(pool.counts().waiting, 1u);
  asio::post(loops_.at(0), [&] { signal.emit(asio::cancellation_type::terminal); });
  const auto status = waiting.get();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), Errc::Cancelled);
  EXPECT_EQ(pool.counts().waiting, 0u);
  gate.open();
  EXPECT_TRUE(blocker.get());
  EXPECT_FALSE(ran);
}

TEST_F(ThreadPoolTest, ACancelledCallerWaitsForWorkThatRuns) {
  ThreadPool pool({.threads = 1});
  Gate gate;
  asio::cancellation_signal signal;
  auto running = asio::co_spawn(loops_.at(0), pool.run(gate.work()),
                                asio::bind_cancellation_slot(signal.slot(), asio::use_future));
  gate.await_entered(1);
  asio::post(loops_.at(0), [&] { signal.emit(asio::cancellation_type::terminal); });
  settle();
  EXPECT_EQ(running.wait_for(0s), std::future_status::timeout);
  gate.open();
  EXPECT_TRUE(running.get());
}

TEST_F(ThreadPoolTest, StopAnswersTheLineAndFinishesWhatRuns) {
  ThreadPool pool({.threads = 1});
  Gate gate;
  auto running = start(pool, gate.work());
  gate.await_entered(1);
  auto waiting = start(pool, [] { return Status(); });
  settle();
  auto stopped = std::async(std::launch::async, [&] { pool.stop(); });
  const auto dropped = waiting.get();
  ASSERT_FALSE(dropped);
  EXPECT_EQ(dropped.error().code(), Errc::Unavailable);
  gate.open();
  stopped.get();
  EXPECT_TRUE(running.get());
  const auto late = start(pool, [] { return Status(); }).get();
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code(), Errc::Unavailable);
}

TEST_F(ThreadPoolTest, WhatTheWorkHoldsIsLetGoBeforeTheCallerGoesOn) {
  ThreadPool pool({.threads = 1});
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> seen = held;
  EXPECT_TRUE(start(pool, [held = std::move(held)]() -> Status { return {}; }).get());
  EXPECT_TRUE(seen.expired());
}

Task<void> call_often(ThreadPool& pool, std::atomic<int>& total) {
  for (int i = 0; i < 200; ++i) {
    const auto status = co_await pool.run([&total]() -> Status {
      ++total;
      return {};
    });
    EXPECT_TRUE(status);
  }
}

TEST_F(ThreadPoolTest, ManyCallersFromManyLoops) {
  EventLoops loops(4, log_);
  ThreadPool pool({.threads = 3});
  std::atomic<int> sum{0};
  std::vector<std::future<void>> callers;
  for (int i = 0; i < 16; ++i) {
    callers.push_back(asio::co_spawn(loops.next(), call_often(pool, sum), asio::use_future));
  }
  for (auto& caller : callers) caller.get();
  EXPECT_EQ(sum, 16 * 200);
  pool.stop();
}

}  // namespace
}  // namespace bryo::kernel::test
