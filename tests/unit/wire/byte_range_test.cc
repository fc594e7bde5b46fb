#include <kernel/wire/byte_range.h>

#include <gtest/gtest.h>

#include <string>

namespace bryo::kernel {
namespace {

TEST(ByteRange, ServesOneRange) {
  struct Case {
    const char* header;
    std::uint64_t size;
    ByteRange range;
  };
  for (const Case& c : {
           Case{"bytes=0-4", 12, {0, 5}},
           Case{"bytes=6-", 12, {6, 6}},
           Case{"bytes=-4", 12, {8, 4}},
           Case{"bytes=-40", 12, {0, 12}},
           Case{"bytes=6-200", 12, {6, 6}},
           Case{"bytes=11-11", 12, {11, 1}},
           Case{"bytes=0-18446744073709551615", 12, {0, 12}},
           Case{"bytes=1-99999999999999999999999", 12, {1, 11}},
       }) {
    const auto range = parse_range(c.header, c.size, "ais://b/o");
    ASSERT_TRUE(range) << c.header;
    ASSERT_TRUE(*range) << c.header;
    EXPECT_EQ(**range, c.range) << c.header;
  }
  EXPECT_EQ(*parse_range("", 12, "ais://b/o"), std::nullopt);
}

TEST(ByteRange, RefusesWithTheTextsOfTheReference) {
  struct Case {
    const char* header;
    std::uint64_t size;
    const char* message;
  };
  for (const Case& c : {
           Case{"bytes=100-200", 12, "size=12: not satisfiable range [100-200]"},
           Case{"bytes=12-", 12, "size=12: not satisfiable range [12-]"},
           Case{"bytes=0-0", 0, "size=0: not satisfiable range [0-0]"},
           Case{"bytes=-5", 0, "size=0: not satisfiable range [-5]"},
           Case{"bytes=-0", 12, "size=12: not satisfiable range [-0]"},
           Case{"bites=0-1", 12, "read range \"bites=0-1\" is invalid (prefix)"},
           Case{"bytes=0-1,3-4", 12, "cannot multi-range read ais://b/o - operation not supported"},
           Case{"bytes=4", 12, "read range \"bytes=4\" is invalid (no dash)"},
           Case{"bytes=a-4", 12, "read range \"bytes=a-4\" is invalid (start)"},
           Case{"bytes=4-2", 12, "read range \"bytes=4-2\" is invalid (end)"},
           Case{"bytes=1--2", 12, "read range \"bytes=1--2\" is invalid (end)"},
           Case{"bytes=+1-2", 12, "read range \"bytes=+1-2\" is invalid (start)"},
           Case{"bytes=-", 12, "read range \"bytes=-\" is invalid (suffix length)"},
       }) {
    const auto range = parse_range(c.header, c.size, "ais://b/o");
    ASSERT_FALSE(range) << c.header;
    EXPECT_EQ(range.error().status(), 416);
    EXPECT_EQ(range.error().message(), c.message);
  }
}

TEST(ByteRange, WritesContentRange) { EXPECT_EQ(content_range({8, 4}, 12), "bytes 8-11/12"); }

}  // namespace
}  // namespace bryo::kernel
