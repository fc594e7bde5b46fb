#include "member_name.h"

#include <gtest/gtest.h>

#include "byte_span.h"
#include "json_text.h"

namespace bryo::moss {
namespace {

TEST(MemberName, FollowsTheFlags) {
  struct Case {
    const char* bucket;
    const char* object;
    const char* archpath;
    BucketInName with_bucket;
    Presence presence;
    const char* expected;
  };
  using enum BucketInName;
  using enum Presence;
  for (const Case& c : {
           Case{"b", "a.txt", "", Yes, Present, "b/a.txt"},
           Case{"b", "a.txt", "", No, Present, "a.txt"},
           Case{"b", "d/s.tar", "x/1.jpg", Yes, Present, "b/d/s.tar/x/1.jpg"},
           Case{"b", "s.tar", "x/1.jpg", No, Present, "s.tar/x/1.jpg"},
           Case{"b", "s.tar", "/abs", Yes, Present, "b/s.tar/abs"},
           Case{"b", "a.txt", "", Yes, Missing, "__404__/b/a.txt"},
           Case{"b", "a.txt", "", No, Missing, "__404__/a.txt"},
           Case{"b", "s.tar", "m", Yes, Missing, "__404__/b/s.tar/m"},
           Case{"b", "s.tar", "/m", No, Missing, "__404__/s.tar/m"},
       }) {
    std::string name;
    append_member_name(name, c.bucket, c.object, c.archpath, c.with_bucket, c.presence);
    EXPECT_EQ(name, c.expected);
  }
}

TEST(ByteSpan, OfARange) {
  struct Case {
    ByteRange range;
    std::uint64_t size;
    std::string expected;
  };
  constexpr auto kMost = INT64_MAX;
  for (const Case& c : {
           Case{{0, 0}, 10, "0+10"},
           Case{{0, 0}, 0, "0+0"},
           Case{{0, 10}, 10, "0+10"},
           Case{{3, 4}, 10, "3+4"},
           Case{{9, 1}, 10, "9+1"},
           Case{{9, -1}, 10, "9+1"},
           Case{{0, -1}, 10, "0+10"},
           Case{{0, -1}, 0, "size=0: not satisfiable range [start=0]"},
           Case{{0, 11}, 10, "size=10: not satisfiable range [start=0,length=11]"},
           Case{{9, 2}, 10, "size=10: not satisfiable range [start=9,length=2]"},
           Case{{10, 1}, 10, "size=10: not satisfiable range [start=10,length=1]"},
           Case{{10, -1}, 10, "size=10: not satisfiable range [start=10]"},
           Case{{1, kMost}, 10, "size=10: not satisfiable range [start=1,length=9223372036854775807]"},
           Case{{kMost, kMost},
                10,
                "size=10: not satisfiable range [start=9223372036854775807,length=9223372036854775807]"},
       }) {
    const auto span = span_of(c.range, c.size);
    EXPECT_EQ(span ? std::to_string(span->offset) + "+" + std::to_string(span->size) : span.error().message(),
              c.expected);
    if (span) continue;
    EXPECT_EQ(span.error().status(), 400);
    EXPECT_EQ(span.error().tcode(), "ErrRangeNotSatisfiable");
  }
}

TEST(JsonText, EscapesWhatMustBe) {
  std::string out;
  append_json_string(out, std::string_view("a\"b\\c\n\r\t\0\x1f\x7f<>&/é", 17));
  EXPECT_EQ(out, "\"a\\\"b\\\\c\\n\\r\\t\\u0000\\u001f\\u007f<>&/é\"");
  ArchiveBuffer buffer;
  append_json_string(buffer, "");
  EXPECT_EQ(as_text(buffer.view()), "\"\"");
}

}  // namespace
}  // namespace bryo::moss
