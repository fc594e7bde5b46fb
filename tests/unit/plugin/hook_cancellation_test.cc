// What a drain does to object hooks that wait inside the operations of others.
#include <gtest/gtest.h>
#include <kernel/plugin/gated_hook.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <thread>
#include <vector>

namespace bryo::kernel {
namespace {

namespace asio = boost::asio;

Task<Status> wait_for_ever(ObjectChange) {
  asio::steady_timer timer(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
  co_await timer.async_wait(asio::use_awaitable);
  co_return Status();
}

TEST(HookCancellation, ADrainEndsHooksThatWait) {
  const auto gate = std::make_shared<CallGate>("warden");
  gate->open();
  const ObjectHook hook = gated(gate, HookTime::Before, wait_for_ever);
  asio::io_context loop;
  auto work = asio::make_work_guard(loop);
  std::vector<std::future<Status>> asked;
  for (int i = 0; i < 100; ++i) {
    asked.push_back(
        asio::co_spawn(loop, hook({.event = ObjectEvent::Put, .bucket = nullptr, .object = "o"}), asio::use_future));
  }
  loop.poll();
  EXPECT_EQ(gate->running(), 100u);
  std::thread thread([&loop] { loop.run(); });
  EXPECT_TRUE(gate->close_and_wait(CallGate::Closed::Drained, Deadline::after(std::chrono::seconds(0)),
                                   Deadline::after(std::chrono::seconds(30))));
  for (auto& one : asked) {
    const Status answer = one.get();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().message(), "plugin 'warden' is drained: this call took too long and was ended");
  }
  work.reset();
  thread.join();
  EXPECT_EQ(gate->running(), 0u);
}

}  // namespace
}  // namespace bryo::kernel
