#include <gtest/gtest.h>

#include <kernel/store/object_turns.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace bryo::kernel {
namespace {

namespace asio = boost::asio;

Task<void> once_around() { co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable); }

/// Takes a turn, notes its number, and gives the turn back after the loop went around.
Task<void> note(ObjectTurns& turns, std::string object, int number, std::vector<int>& order) {
  const auto turn = co_await turns.take(1, std::move(object));
  if (!turn) {
    order.push_back(-number);
    co_return;
  }
  order.push_back(number);
  co_await once_around();
  order.push_back(number);
}

Task<void> hold(ObjectTurns& turns, std::unique_ptr<ObjectTurn>& held) {
  auto turn = co_await turns.take(1, "o");
  if (turn) held = *std::move(turn);
}

TEST(ObjectTurns, OneAfterTheOtherInOrderOfArrival) {
  asio::io_context loop;
  ObjectTurns turns;
  std::vector<int> order;
  for (const int number : {1, 2, 3}) asio::co_spawn(loop, note(turns, "o", number, order), asio::detached);
  loop.run();
  EXPECT_EQ(order, (std::vector{1, 1, 2, 2, 3, 3}));
}

TEST(ObjectTurns, OtherObjectsDoNotWait) {
  asio::io_context loop;
  ObjectTurns turns;
  std::vector<int> order;
  asio::co_spawn(loop, note(turns, "a", 1, order), asio::detached);
  asio::co_spawn(loop, note(turns, "b", 2, order), asio::detached);
  loop.run();
  EXPECT_EQ(order, (std::vector{1, 2, 1, 2}));
}

TEST(ObjectTurns, WhoGoesAwayLosesItsPlace) {
  asio::io_context loop;
  ObjectTurns turns;
  std::vector<int> order;
  auto work = asio::make_work_guard(loop);
  asio::cancellation_signal gone;
  std::unique_ptr<ObjectTurn> held;
  asio::co_spawn(loop, hold(turns, held), asio::detached);
  loop.poll();
  asio::co_spawn(loop, note(turns, "o", 2, order), asio::bind_cancellation_slot(gone.slot(), asio::detached));
  asio::co_spawn(loop, note(turns, "o", 3, order), asio::detached);
  loop.poll();
  gone.emit(asio::cancellation_type::terminal);
  loop.poll();
  EXPECT_EQ(order, (std::vector{-2}));
  held.reset();
  work.reset();
  loop.run();
  EXPECT_EQ(order, (std::vector{-2, 3, 3}));
}

// Loops of several threads: nobody is forgotten, and no two are inside at the same time.
Task<void> enter(ObjectTurns& turns, std::atomic<int>& inside, std::atomic<int>& entered) {
  for (int i = 0; i < 200; ++i) {
    const auto turn = co_await turns.take(7, "o");
    if (!turn) continue;
    EXPECT_EQ(inside.fetch_add(1), 0);
    co_await once_around();
    inside.fetch_sub(1);
    ++entered;
  }
}

TEST(ObjectTurns, ManyThreads) {
  ObjectTurns turns;
  std::atomic<int> inside{0};
  std::atomic<int> entered{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      asio::io_context loop{1};
      for (int k = 0; k < 5; ++k) asio::co_spawn(loop, enter(turns, inside, entered), asio::detached);
      loop.run();
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(entered, 4 * 5 * 200);
}

}  // namespace
}  // namespace bryo::kernel
