#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <kernel/object/put_member.h>

#include <string>

namespace bryo::kernel {
namespace {

Result<PutMember> flags(std::string value) {
  Headers headers;
  headers.add("ais-pine", std::move(value));
  return parse_put_member(headers);
}

TEST(PutMember, TheFlagsOfTheHeader) {
  const auto none = parse_put_member(Headers());
  ASSERT_TRUE(none);
  EXPECT_EQ(*none, PutMember::Replace);
  EXPECT_EQ(*flags(""), PutMember::Replace);
  EXPECT_EQ(*flags("0"), PutMember::Replace);
  EXPECT_EQ(*flags("1"), PutMember::Append);
  EXPECT_EQ(*flags("2"), PutMember::AppendOrCreate);
  EXPECT_EQ(*flags("3"), PutMember::Append);
  for (const char* value : {"4", "-1", "1x", "x", "0x1", " "}) {
    const auto refused = flags(value);
    ASSERT_FALSE(refused) << value;
    EXPECT_EQ(refused.error().status(), 400);
    EXPECT_THAT(refused.error().message(), ::testing::HasSubstr("Ais-Pine"));
  }
}

TEST(PutMember, PathsThatLeaveTheArchiveAreRefused) {
  for (const char* path : {"a", "a/b.txt", ".hidden", "a..b", "...", "\xc3\xbc", "a b"}) {
    EXPECT_TRUE(check_member_path(path)) << path;
  }
  for (const std::string& path :
       {std::string(), std::string(".."), std::string("../a"), std::string("a/../b"), std::string("./a"),
        std::string("a/"), std::string("a\0b", 3), std::string("\xff"), std::string(5000, 'n')}) {
    const auto refused = check_member_path(path);
    ASSERT_FALSE(refused) << path;
    EXPECT_EQ(refused.error().tcode(), "errInvalidPath");
    EXPECT_THAT(refused.error().message(), ::testing::HasSubstr("archpath"));
  }
}

TEST(PutMember, UnknownExtensionsAreNamed) {
  EXPECT_EQ(unknown_extension("d/a.foo").message(), "unknown filename extension (\"d/a.foo\", \".foo\")");
  EXPECT_EQ(unknown_extension("d.tar/a").message(), "unknown filename extension (\"d.tar/a\", \"\")");
  EXPECT_EQ(unknown_extension("a").tcode(), "errUnknownFileExt");
}

}  // namespace
}  // namespace bryo::kernel
