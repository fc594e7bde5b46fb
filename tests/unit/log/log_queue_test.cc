#include <kernel/log/log_queue.h>

#include <gtest/gtest.h>

#include <thread>

namespace bryo::kernel {
namespace {

using namespace std::chrono_literals;

TEST(LogQueue, KeepsOrderAndEndsWhenClosed) {
  LogQueue queue(1000);
  queue.push({"a"});
  queue.push({"b"});
  const auto lines = queue.take();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].text, "a");
  queue.written();
  queue.push({"c"});
  queue.close();
  EXPECT_EQ(queue.take().size(), 1u);
  EXPECT_TRUE(queue.take().empty());
}

TEST(LogQueue, TheOldestLinesGoAndAreCounted) {
  LogQueue queue(10);
  for (int i = 0; i < 5; ++i) queue.push({"line" + std::to_string(i)});
  const auto lines = queue.take();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines.back().text, "line4");
  EXPECT_EQ(queue.lost(), 3u);
  queue.push({std::string(100, 'x')});
  EXPECT_EQ(queue.take().size(), 1u) << "one line always fits";
}

TEST(LogQueue, WaitingEndsWhenEverythingIsWrittenOrTheTimeIsOver) {
  LogQueue queue(1000);
  EXPECT_TRUE(queue.wait_written(0ms));
  queue.push({"a"});
  EXPECT_FALSE(queue.wait_written(0ms));
  std::thread writer([&] {
    while (!queue.take().empty()) queue.written();
  });
  EXPECT_TRUE(queue.wait_written(10s));
  queue.close();
  writer.join();
}

}  // namespace
}  // namespace bryo::kernel
