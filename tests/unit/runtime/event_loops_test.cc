#include <kernel/runtime/event_loops.h>

#include "error_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <csignal>
#include <future>
#include <set>
#include <stdexcept>
#include <thread>

namespace bryo::kernel::test {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

std::thread::id thread_of(asio::io_context& loop) {
  return asio::post(loop, asio::use_future([] { return std::this_thread::get_id(); })).get();
}

TEST(EventLoops, EachLoopHasItsThreadAndNextTakesTurns) {
  ErrorLog log;
  EventLoops loops(3, log);
  ASSERT_EQ(loops.size(), 3u);
  std::set<std::thread::id> threads;
  for (std::size_t i = 0; i < 3; ++i) {
    threads.insert(thread_of(loops.at(i)));
    EXPECT_EQ(&loops.next(), &loops.at(i));
  }
  EXPECT_EQ(threads.size(), 3u);
  EXPECT_EQ(threads.count(std::this_thread::get_id()), 0u);
  EXPECT_EQ(&loops.next(), &loops.at(0));
}

TEST(EventLoops, StopLetsWorkEnd) {
  ErrorLog log;
  EventLoops loops(2, log);
  std::promise<void> entered;
  std::promise<void> leave;
  auto done = asio::post(loops.at(1), asio::use_future([&] {
                           entered.set_value();
                           leave.get_future().wait();
                           return 7;
                         }));
  entered.get_future().wait();
  auto stopped = std::async(std::launch::async, [&] { return loops.stop(Deadline::never()); });
  leave.set_value();
  EXPECT_TRUE(stopped.get());
  EXPECT_EQ(done.get(), 7);
  EXPECT_TRUE(loops.stop(Deadline::never())) << "a second stop does nothing";
}

/// Sets the flag when its frame is destroyed.
Task<void> wait_for_an_hour(bool& destroyed) {
  struct Flag {
    bool& set;
    ~Flag() { set = true; }
  };
  const Flag on_destruction{destroyed};
  asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
  co_await timer.async_wait(asio::use_awaitable);
}

TEST(EventLoops, StopGivesUpOnWorkThatOnlyWaits) {
  ErrorLog log;
  bool destroyed = false;
  {
    EventLoops loops(1, log);
    asio::co_spawn(loops.at(0), wait_for_an_hour(destroyed), asio::detached);
    thread_of(loops.at(0));
    const auto stopped = loops.stop(Deadline::after(10ms));
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code(), Errc::Timeout);
    EXPECT_FALSE(destroyed);
  }
  EXPECT_TRUE(destroyed) << "the frame of a suspended coroutine goes with its loop";
}

TEST(EventLoops, AnExceptionDoesNotEndALoop) {
  ErrorLog log;
  EventLoops loops(1, log);
  asio::post(loops.at(0), [] { throw std::runtime_error("boom"); });
  EXPECT_NE(thread_of(loops.at(0)), std::this_thread::get_id());
  EXPECT_THAT(log.text(), testing::HasSubstr("what=boom"));
}

TEST(EventLoops, BrokenPipesAreErrorsNotSignals) {
  ErrorLog log;
  const EventLoops loops(1, log);
  struct sigaction now {};
  ASSERT_EQ(sigaction(SIGPIPE, nullptr, &now), 0);
  EXPECT_EQ(now.sa_handler, SIG_IGN);
}

}  // namespace
}  // namespace bryo::kernel::test
