#include "sdk/cli/shard_names.h"

#include <gtest/gtest.h>

#include "sdk/cli/command.h"

namespace bryo::cli {
namespace {

using client::ArchiveFormat;

TEST(ShardNames, TheNamesExtensionIsTheFormat) {
  auto names = parse_shard_names("ais://b/train/s-{08..10}.tar.lz4", "");
  ASSERT_TRUE(names);
  EXPECT_EQ(names->bucket.uri(), "ais://b");
  EXPECT_EQ(names->format, ArchiveFormat::TarLz4);
  EXPECT_EQ(names->next(), "train/s-08.tar.lz4");
  EXPECT_EQ(names->next(), "train/s-09.tar.lz4");
  EXPECT_EQ(names->next(), "train/s-10.tar.lz4");
  EXPECT_EQ(names->next(), std::nullopt);
}

TEST(ShardNames, AFormatIsAppendedToNamesWithout) {
  for (const auto& [format, first] : {std::pair("zip", "s-0.zip"), {".tgz", "s-0.tgz"}, {"", "s-0.tar"}}) {
    auto names = parse_shard_names("b/s-%d", format);
    ASSERT_TRUE(names) << format;
    EXPECT_EQ(names->next(), first);
  }
}

TEST(ShardNames, DotsThatBeginNoExtensionAreAPartOfTheName) {
  for (const auto& [text, format, first] : {std::tuple("b/v1.5-%d", "", "v1.5-0.tar"),
                                            {"b/set.v2/s-%d", "", "set.v2/s-0.tar"},
                                            {"b/a.1", "", "a.1.tar"},
                                            {"b/.hidden", "", ".hidden.tar"},
                                            {"b/s.raw", "tgz", "s.raw.tgz"}}) {
    auto names = parse_shard_names(text, format);
    ASSERT_TRUE(names) << text;
    EXPECT_EQ(names->next(), first);
  }
}

TEST(ShardNames, RefusesWhatIsNoTemplateOfShards) {
  for (const auto& [text, format, told] : {std::tuple("ais://b", "", "add a template"),
                                           {"ais://b/folder/", "", "add a template"},
                                           {"ais://b/s-{1..0}.tar", "", "template \""},
                                           {"ais://b/s.tar", "zip", "contradicts"},
                                           {"ais://b/s-{0..9}.rar", "", ".rar is no format of shards"},
                                           {"ais://b/s-%d.tar.zst", "", ".zst is no format of shards"},
                                           {"ais://b/s.7z", "", "--format"},
                                           {"ais://b/s", "rar", "unknown archive format"}}) {
    const auto names = parse_shard_names(text, format);
    ASSERT_FALSE(names) << text;
    EXPECT_NE(names.error().message().find(told), std::string::npos) << names.error().message();
    EXPECT_EQ(names.error().tcode(), kUsage);
  }
}

}  // namespace
}  // namespace bryo::cli
