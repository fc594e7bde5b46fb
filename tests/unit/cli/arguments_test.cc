#include "sdk/cli/arguments.h"

#include <gtest/gtest.h>

#include "sdk/cli/local_name.h"

namespace bryo::cli {
namespace {

TEST(Arguments, ABucketIsNothingElse) {
  EXPECT_EQ(bucket_argument("ais://b/")->name, "b");
  EXPECT_EQ(bucket_argument("s3://b")->provider, "aws");
  EXPECT_EQ(bucket_argument("b/o").error().message(), "\"b/o\" names an object where a bucket is expected");
  EXPECT_EQ(bucket_argument("b/o").error().tcode(), kUsage);
  EXPECT_FALSE(bucket_argument("ais://"));
  EXPECT_FALSE(bucket_argument(""));
}

TEST(LocalName, StaysBelowItsFolder) {
  for (const char* name : {"a", "a/b.c", "...", "a..b/c", "~x"}) EXPECT_EQ(*local_name(name), name);
  for (const char* name : {"", "/etc/passwd", "../x", "a/../../x", "a/..", ".", "a/./b", "a/", "a//"}) {
    EXPECT_FALSE(local_name(name)) << name;
  }
  EXPECT_FALSE(local_name(std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace bryo::cli
