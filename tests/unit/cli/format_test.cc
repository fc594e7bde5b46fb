#include "sdk/cli/format.h"

#include <gtest/gtest.h>

namespace bryo::cli {
namespace {

using namespace std::chrono_literals;

TEST(Format, Sizes) {
  EXPECT_EQ(show_size(0), "0 B");
  EXPECT_EQ(show_size(1023), "1023 B");
  EXPECT_EQ(show_size(1024), "1.00 KiB");
  EXPECT_EQ(show_size(1536), "1.50 KiB");
  EXPECT_EQ(show_size(10 * 1024), "10.0 KiB");
  EXPECT_EQ(show_size((1 << 20) - 1), "1.00 MiB") << "never 1024.0 KiB";
  EXPECT_EQ(show_size(UINT64_MAX), "16.0 EiB");
}

TEST(Format, CountsAndTimesInSentences) {
  EXPECT_EQ(show_count(1, "file"), "1 file");
  EXPECT_EQ(show_count(0, "file"), "0 files");
  EXPECT_EQ(count_of(1, "file"), "1 file was");
  EXPECT_EQ(count_of(0, "file"), "0 files were");
  EXPECT_EQ(count_of(12, "object"), "12 objects were");
  EXPECT_EQ(show_seconds(7.9), "7.9 s");
  EXPECT_EQ(show_seconds(1e300), "1e+300 s");
}

TEST(Format, RatesAndDurations) {
  EXPECT_DOUBLE_EQ(seconds_of(1500ms), 1.5);
  EXPECT_EQ(show_rate(2 << 20, 2s), "1.00 MiB/s");
  EXPECT_EQ(show_rate(5, 0s), "-");
  EXPECT_EQ(show_duration(850us), "850 us");
  EXPECT_EQ(show_duration(12'500us), "12.5 ms");
  EXPECT_EQ(show_duration(1250ms), "1.25 s");
  EXPECT_EQ(show_duration(200s), "3m20s");
  EXPECT_EQ(show_duration(2h + 5min), "2h5m");
  EXPECT_EQ(show_duration(52h), "2d4h");
}

}  // namespace
}  // namespace bryo::cli
