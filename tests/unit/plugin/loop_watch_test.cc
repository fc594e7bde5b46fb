#include <gtest/gtest.h>
#include <kernel/plugin/call_gate.h>
#include <kernel/plugin/loop_watch.h>

#include <boost/asio/post.hpp>
#include <future>

#include "../http/http_fixture.h"

namespace bryo::kernel {
namespace {

using namespace std::chrono_literals;

TEST(LoopWatch, NamesAPluginThatIsLinkedIn) {
  test::RecordingLog log;
  EventLoops loops(1, log);
  auto gate = std::make_shared<CallGate>("hog");
  std::promise<LoopWatch::Hold> told;
  bool once = true;
  LoopWatch watch(loops, [&](const LoopWatch::Hold& hold) {
    if (std::exchange(once, false)) told.set_value(hold);
  });
  boost::asio::post(loops.at(0), [gate] {
    const CallGate::Inside inside(*gate, nullptr);
    const auto end = std::chrono::steady_clock::now() + 300ms;
    while (std::chrono::steady_clock::now() < end) std::this_thread::sleep_until(end);
  });
  const auto hold = told.get_future().get();
  EXPECT_EQ(hold.plugin, "hog");
  EXPECT_GT(hold.held, LoopWatch::kLimit);
}

}  // namespace
}  // namespace bryo::kernel
