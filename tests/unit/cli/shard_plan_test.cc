#include "sdk/cli/shard_plan.h"

#include <gtest/gtest.h>

namespace bryo::cli {
namespace {

/// One file of `size` bytes per key.
std::vector<Sample> samples_of(const std::vector<std::pair<std::string, std::uint64_t>>& given) {
  std::vector<Sample> samples;
  for (const auto& [key, size] : given) samples.push_back({key, {{key + ".x", size, 0}}});
  return samples;
}

std::string shown(const ShardPlan& plan) {
  std::string text;
  for (const auto& shard : plan.shards) {
    text += (text.empty() ? "" : "; ") + shard.name + ":";
    for (const auto* sample : shard.samples) text += " " + sample->key;
  }
  return text;
}

std::vector<ShardNames> names_of(const std::string& text) { return {*parse_shard_names(text, "")}; }

TEST(ShardPlan, ASampleIsNeverParted) {
  std::vector<Sample> samples{
      {"a", {{"a.1", 100, 0}, {"a.2", 100, 0}}}, {"b", {{"b.1", 5000, 0}}}, {"c", {{"c.1", 1, 0}}}};
  const auto plan = plan_shards(samples, {.limits = {.bytes = 2048}, .names = names_of("b/s-%d.tar")});
  ASSERT_TRUE(plan);
  EXPECT_EQ(shown(*plan), "s-0.tar: a; s-1.tar: b; s-2.tar: c");
  EXPECT_EQ(plan->shards[0].files, 2U);
  EXPECT_EQ(plan->shards[0].bytes, 200U);
}

TEST(ShardPlan, SizesAreThoseOfATar) {
  const auto samples = samples_of({{"a", 1}, {"b", 512}, {"c", 0}, {"d", 513}});
  EXPECT_EQ(shown(*plan_shards(samples, {.limits = {.bytes = 2560}, .names = names_of("b/s-%d.tar")})),
            "s-0.tar: a b c; s-1.tar: d");
  EXPECT_EQ(shown(*plan_shards(samples, {.limits = {.bytes = 2559}, .names = names_of("b/s-%d.tar")})),
            "s-0.tar: a b; s-1.tar: c d");
  EXPECT_EQ(shown(*plan_shards(samples, {.limits = {.samples = 3}, .names = names_of("b/s-%d.tar")})),
            "s-0.tar: a b c; s-1.tar: d");
  EXPECT_EQ(shown(*plan_shards(samples, {.limits = {}, .names = names_of("b/s-%d.tar")})), "s-0.tar: a b c d");
}

TEST(ShardPlan, FoldersCanBeKeptApart) {
  const auto samples = samples_of({{"x/1", 1}, {"y/1", 1}, {"x/2", 1}, {"x/z/1", 1}, {"y/2", 1}, {"y/3", 1}});
  EXPECT_EQ(
      shown(*plan_shards(samples, {.limits = {.samples = 2}, .by_folder = true, .names = names_of("b/s-%d.tar")})),
      "s-0.tar: x/1 x/2; s-1.tar: y/1 y/2; s-2.tar: x/z/1; s-3.tar: y/3");
}

TEST(ShardPlan, NamesMustSuffice) {
  const auto plan = plan_shards(samples_of({{"a", 1}, {"b", 1}, {"c", 1}}),
                                {.limits = {.samples = 1}, .names = names_of("b/s-{0..1}.tar")});
  ASSERT_FALSE(plan);
  EXPECT_NE(plan.error().message().find("after 2 names"), std::string::npos);
}

TEST(ShardPlan, AnExternalKeyMapChoosesTheTemplate) {
  const auto map = *ExternalKeyMap::parse(R"({"cat-%d.tar": ["^cat/", "^lynx/"], "dog-%d.zip": ["^dog/"]})");
  std::vector<ShardNames> names;
  for (const auto& one : map.templates()) names.push_back(*parse_shard_names("b/" + one, ""));
  const auto samples = samples_of({{"cat/1", 1}, {"dog/1", 1}, {"fox/1", 1}, {"lynx/1", 1}, {"cat/2", 1}});
  const auto plan = plan_shards(samples, {.limits = {.samples = 2}, .map = &map, .names = names});
  ASSERT_TRUE(plan);
  EXPECT_EQ(shown(*plan), "cat-0.tar: cat/1 lynx/1; dog-0.zip: dog/1; cat-1.tar: cat/2");
  EXPECT_EQ(plan->shards[1].format, client::ArchiveFormat::Zip);
  ASSERT_EQ(plan->unmapped.size(), 1U);
  EXPECT_EQ(plan->unmapped[0]->key, "fox/1");

  const auto lines = *ExternalKeyMap::parse("^a\ts-{0..1}.tar\r\n\na$\ts-%d.tar\n");
  names = {*parse_shard_names("b/s-{0..1}.tar", ""), *parse_shard_names("b/s-%d.tar", "")};
  const auto twice = plan_shards(samples_of({{"a", 1}}), {.limits = {}, .map = &lines, .names = names});
  ASSERT_FALSE(twice);
  EXPECT_NE(twice.error().message().find("make them exclude each other"), std::string::npos);
  const auto same = plan_shards(samples_of({{"ab", 1}, {"ba", 1}}), {.limits = {}, .map = &lines, .names = names});
  ASSERT_FALSE(same);
  EXPECT_NE(same.error().message().find("\"s-0.tar\" comes twice"), std::string::npos);
}

TEST(ExternalKeyMap, SaysWhatIsWrong) {
  for (const auto& [text, told] : {std::pair("", "is empty"),
                                   {"{", "no JSON object"},
                                   {"{}", "is empty"},
                                   {R"({"s": "x"})", "has no list"},
                                   {R"({"s": [1]})", "no text"},
                                   {R"({"s": ["("]})", "no regular expression"},
                                   {"a b", "line 1 is not REGEX<tab>TEMPLATE"},
                                   {"a\tb\n\tc", "line 2"}}) {
    const auto map = ExternalKeyMap::parse(text);
    ASSERT_FALSE(map) << text;
    EXPECT_NE(map.error().message().find(told), std::string::npos) << map.error().message();
  }
}

TEST(ShardPlan, TheDigestNamesTheContent) {
  const auto digest = [](std::vector<Sample> samples, const std::string& names) {
    return digest_of(plan_shards(samples, {.limits = {}, .names = names_of(names)})->shards[0]);
  };
  const auto base = digest({{"a", {{"a.x", 1, 5}}}}, "b/s.tar");
  EXPECT_EQ(base.size(), 16U);
  EXPECT_EQ(base, digest({{"a", {{"a.x", 1, 5}}}}, "b/other.tar"));
  EXPECT_NE(base, digest({{"a", {{"a.x", 2, 5}}}}, "b/s.tar"));
  EXPECT_NE(base, digest({{"a", {{"a.x", 1, 6}}}}, "b/s.tar"));
  EXPECT_NE(base, digest({{"a", {{"a.y", 1, 5}}}}, "b/s.tar"));
  EXPECT_NE(base, digest({{"a", {{"a.x", 1, 5}}}}, "b/s.zip"));
}

}  // namespace
}  // namespace bryo::cli
