#include <gtest/gtest.h>

#include "sdk/cli/console.h"
#include "sdk/cli/sample_extensions.h"
#include "sdk/cli/sample_grouping.h"

namespace bryo::cli {
namespace {

Result<std::vector<Sample>> grouped(std::vector<std::string> names, std::string_view key = "name") {
  std::size_t at = 0;
  const auto next = [&]() -> Result<std::optional<SampleFile>> {
    if (at == names.size()) return std::optional<SampleFile>();
    return std::optional(SampleFile{names[at++], 1, 0});
  };
  return group_samples(next, *SampleKey::parse(key));
}

/// "key: file file; key: file".
std::string shown(const std::vector<Sample>& samples) {
  std::string text;
  for (const auto& sample : samples) {
    text += (text.empty() ? "" : "; ") + sample.key + ":";
    for (const auto& file : sample.files) text += " " + file.name;
  }
  return text;
}

TEST(SampleKey, IsTheNameUpToTheFirstDotOfItsLastPart) {
  const auto key = *SampleKey::parse("name");
  EXPECT_EQ(key.of("a.b/c.seg.png"), "a.b/c");
  EXPECT_EQ(key.of("c"), "c");
  EXPECT_EQ(key.of("a/.DS_Store"), "a/.DS_Store");
  EXPECT_EQ(key.of("a/.x.y"), "a/.x");
  EXPECT_EQ(key.of("a/"), "a/");
  EXPECT_EQ(key.of(""), "");
  EXPECT_EQ(SampleKey::parse("base")->of("x/y/1.jpg"), "1");
  EXPECT_EQ(SampleKey::parse("collapse_all_dir")->of("x/y/1.jpg"), "xy1");
}

TEST(SampleKey, OfAnExpressionIsItsFirstGroup) {
  const auto key = *SampleKey::parse("([^/]+)/[^/]+$");
  EXPECT_EQ(key.of("a/n01/x.jpg"), "n01");
  EXPECT_EQ(key.of("x.jpg"), "x.jpg") << "not matched: a sample of its own";
  for (const std::string_view wrong : {"(", "bse", "[a-z]+", ""}) {
    const auto parsed = SampleKey::parse(wrong);
    ASSERT_FALSE(parsed) << wrong;
    EXPECT_EQ(parsed.error().tcode(), kUsage);
  }
}

TEST(SampleGrouping, DoesNotDependOnTheOrderOfFiles) {
  const std::string expected = "a/1: a/1.cls a/1.jpg; a/1-b: a/1-b.jpg; b/1: b/1.jpg";
  EXPECT_EQ(shown(*grouped({"a/1-b.jpg", "a/1.cls", "a/1.jpg", "b/1.jpg"})), expected);
  EXPECT_EQ(shown(*grouped({"b/1.jpg", "a/1.jpg", "a/1-b.jpg", "a/1.cls"})), expected);
  EXPECT_EQ(shown(*grouped({"b/1.xml", "a/1.jpg", "a/2.jpg"}, "base")), "1: a/1.jpg b/1.xml; 2: a/2.jpg");
}

TEST(SampleGrouping, AShuffleIsItsSeeds) {
  std::vector<std::string> names;
  for (int i = 0; i < 50; ++i) names.push_back(std::to_string(100 + i) + ".x");
  const auto shuffled = [&](std::uint64_t seed) {
    auto samples = *grouped(names);
    order_samples(samples, SampleOrder::Shuffle, seed);
    return shown(samples);
  };
  EXPECT_EQ(shuffled(1), shuffled(1));
  EXPECT_NE(shuffled(1), shuffled(2));
  EXPECT_NE(shuffled(1), shown(*grouped(names)));
  auto few = *grouped({"a.x", "b.x", "c.x", "d.x", "e.x"});
  order_samples(few, SampleOrder::Shuffle, 7);
  EXPECT_EQ(shown(few), "e: e.x; b: b.x; d: d.x; a: a.x; c: c.x") << "on every machine";
}

TEST(SampleGrouping, SortsAreNamed) {
  EXPECT_EQ(*parse_sample_order("alpha:dec"), SampleOrder::NameDescending);
  EXPECT_EQ(*parse_sample_order("alphanumeric"), SampleOrder::Name);
  EXPECT_FALSE(parse_sample_order("random"));
}

TEST(SampleExtensions, EveryActionDoesWhatItSays) {
  Console console;
  const std::vector<std::string> names{"a.jpg", "a.cls", "b.jpg", "c.jpg", "c.cls", "c.txt"};
  const std::vector<std::string> wanted{".jpg", ".cls"};
  auto samples = *grouped(names);
  const auto aborted = check_extensions(samples, wanted, MissingAction::Abort, console);
  ASSERT_FALSE(aborted);
  EXPECT_NE(aborted.error().message().find("\"b\" has no .cls"), std::string::npos);
  EXPECT_EQ(*check_extensions(samples, wanted, MissingAction::Ignore, console), 2U);
  EXPECT_EQ(shown(samples), shown(*grouped(names)));
  EXPECT_EQ(*check_extensions(samples, wanted, MissingAction::Exclude, console), 2U);
  EXPECT_EQ(shown(samples), "a: a.cls a.jpg; c: c.cls c.jpg");
  EXPECT_EQ(*check_extensions(samples, wanted, MissingAction::Abort, console), 0U);
}

}  // namespace
}  // namespace bryo::cli
