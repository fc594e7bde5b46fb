#include <kernel/wire/go_time.h>

#include <gtest/gtest.h>

namespace bryo::kernel {
namespace {

constexpr std::int64_t kMoment = 1795228994973845792;  // 2026-11-21T02:43:14.973845792Z, a Saturday

TEST(GoTime, FormatsTheLayoutsOfClients) {
  EXPECT_EQ(format_go_time(kMoment, kLayoutRfc822), "21 Nov 26 02:43 UTC");
  EXPECT_EQ(format_go_time(kMoment, kLayoutRfc3339), "2026-11-21T02:43:14Z");
  EXPECT_EQ(format_go_time(kMoment, kLayoutRfc3339Nano), "2026-11-21T02:43:14.973845792Z");
  EXPECT_EQ(format_go_time(kMoment, kLayoutHttp), "Sat, 21 Nov 2026 02:43:14 GMT");
  EXPECT_EQ(format_go_time(kMoment, "2006-01-02 15:04:05"), "2026-11-21 02:43:14");
}

TEST(GoTime, KnowsTheOtherPieces) {
  EXPECT_EQ(format_go_time(kMoment, "Monday January _2 3:04:05PM -0700"), "Saturday November 21 2:43:14AM +0000");
  EXPECT_EQ(format_go_time(kMoment, "15:04:05.000"), "02:43:14.973");
  EXPECT_EQ(format_go_time(kMoment, "1/2/06"), "11/21/26");
  EXPECT_EQ(format_go_time(0, "_2 15:04 pm 03"), " 1 00:00 am 12");
}

TEST(GoTime, DropsZerosOfAnOptionalFraction) {
  EXPECT_EQ(format_go_time(1'500'000'000, kLayoutRfc3339Nano), "1970-01-01T00:00:01.5Z");
  EXPECT_EQ(format_go_time(2'000'000'000, kLayoutRfc3339Nano), "1970-01-01T00:00:02Z");
  EXPECT_EQ(format_go_time(-1, kLayoutRfc3339Nano), "1969-12-31T23:59:59.999999999Z");
}

TEST(GoTime, CopiesWhatIsNoPiece) { EXPECT_EQ(format_go_time(kMoment, "at <> %Y"), "at <> %Y"); }

TEST(GoTime, WritesBase36) {
  EXPECT_EQ(base36(0), "0");
  EXPECT_EQ(base36(35), "z");
  EXPECT_EQ(base36(36), "10");
  EXPECT_EQ(base36(~std::uint64_t{0}), "3w5e11264sgsf");
}

}  // namespace
}  // namespace bryo::kernel
