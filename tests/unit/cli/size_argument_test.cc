#include "sdk/cli/size_argument.h"

#include <gtest/gtest.h>

#include "sdk/cli/command.h"

namespace bryo::cli {
namespace {

TEST(SizeArgument, UnitsOfBothKinds) {
  for (const auto& [text, bytes] :
       std::initializer_list<std::pair<std::string_view, std::uint64_t>>{{"0", 0},
                                                                         {"4096", 4096},
                                                                         {"17B", 17},
                                                                         {"1k", 1024},
                                                                         {"1KB", 1000},
                                                                         {"1.5 KiB", 1536},
                                                                         {"100MiB", 104857600},
                                                                         {"2mb", 2000000},
                                                                         {"3g", 3ULL << 30},
                                                                         {"1TiB", 1ULL << 40}}) {
    const auto size = size_argument("--size", text);
    ASSERT_TRUE(size) << text;
    EXPECT_EQ(*size, bytes) << text;
  }
}

TEST(SizeArgument, EverythingElseIsWrongUsage) {
  for (const std::string_view text : {"", "x", "-1", "1.5.2", "1 parsec", "MiB", "nan", "inf", "1e300", "9999999TiB"}) {
    const auto size = size_argument("--size", text);
    ASSERT_FALSE(size) << text;
    EXPECT_EQ(size.error().tcode(), kUsage);
    EXPECT_NE(size.error().message().find("--size"), std::string::npos);
  }
}

}  // namespace
}  // namespace bryo::cli
