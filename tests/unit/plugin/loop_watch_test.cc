#include <gtest/gtest.h>
#include <kernel/plugin/call_gate.h>
#include <kernel/plugin/loop_watch.h>

#include <boost/asio/post.hpp>
#include <future>

#include "../http/http_fixture.h"

namespace bryo::kernel {
namespace {

using namespace std::chrono_literals;

TEST(LoopWatch, NamesThePluginThatHoldsALoop) {
  test::RecordingLog log;
  EventLoops loops(1, log);
  auto gate = std::make_shared<CallGate>("hog");
  std::promise<std::pair<std::string, std::chrono::milliseconds>> told;
  bool once = true;
  LoopWatch watch(loops, [&](const std::string& plugin, std::chrono::milliseconds held) {
    if (std::exchange(once, false)) told.set_value({plugin, held});
  });
  boost::asio::post(loops.at(0), [gate] {
    const CallGate::Inside inside(*gate, nullptr);
    const auto end = std::chrono::steady_clock::now() + 300ms;
    while (std::chrono::steady_clock::now() < end) {
    }
  });
  const auto [plugin, held] = told.get_future().get();
  EXPECT_EQ(plugin, "hog");
  EXPECT_GT(held, LoopWatch::kLimit);
}

}  // namespace
}  // namespace bryo::kernel
