#include <kernel/log/log_tail.h>

#include <gtest/gtest.h>

namespace bryo::kernel {
namespace {

TEST(LogTail, ReadersContinueWhereTheyStopped) {
  LogTail tail(100);
  tail.push("one");
  LogText read = tail.read(0);
  EXPECT_EQ(read.text, "one\n");
  EXPECT_EQ(read.offset, 0u);
  tail.push("two");
  read = tail.read(read.offset + read.text.size());
  EXPECT_EQ(read.text, "two\n");
  EXPECT_EQ(read.offset, 4u);
  EXPECT_EQ(tail.read(6).text, "o\n");
}

TEST(LogTail, OldLinesGo) {
  LogTail tail(8);
  for (const char* line : {"one", "two", "six"}) tail.push(line);
  EXPECT_EQ(tail.read(0).text, "two\nsix\n");
  EXPECT_EQ(tail.read(0).offset, 4u);
  EXPECT_EQ(tail.read(1'000'000).text, "");
  EXPECT_EQ(tail.read(1'000'000).offset, 12u);
  tail.push(std::string(50, 'x'));
  EXPECT_EQ(tail.read(0).text.size(), 51u);
}

}  // namespace
}  // namespace bryo::kernel
