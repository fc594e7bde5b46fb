#include "tar_index.h"

#include <gtest/gtest.h>

#include <vector>

namespace bryo::tar {
namespace {

std::unique_ptr<TarIndex> index_of(const std::vector<std::string>& names) {
  TarIndexBuilder builder(1 << 20, "ais://b/s.tar");
  std::uint64_t offset = 512;
  for (const auto& name : names) {
    EXPECT_TRUE(builder.add(name, offset, name.size()));
    offset += 1024;
  }
  return builder.finish(std::nullopt);
}

TEST(TarIndex, FindsEveryMember) {
  std::vector<std::string> names;
  for (int i = 0; i < 5000; ++i) names.push_back("dir/member-" + std::to_string(i * 7919));
  const auto index = index_of(names);
  ASSERT_EQ(index->size(), names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto member = index->find(names[i]);
    ASSERT_TRUE(member);
    EXPECT_EQ(member->name, names[i]);
    EXPECT_EQ(member->offset, 512 + 1024 * i);
    EXPECT_EQ(member->size, names[i].size());
    EXPECT_EQ(member->ordinal, i);
    EXPECT_FALSE(index->find(names[i] + "x"));
  }
}

TEST(TarIndex, TheFirstOfEqualNamesWins) { EXPECT_EQ(index_of({"a", "b", "a", "/a"})->find("a")->ordinal, 0u); }

TEST(TarIndex, OneLeadingSlashDoesNotMatter) {
  const auto index = index_of({"/abs", "rel", "//two", "./dot"});
  ASSERT_TRUE(index->find("abs") && index->find("/abs") && index->find("/rel") && index->find("//two"));
  EXPECT_EQ(index->find("abs")->ordinal, 0u);
  EXPECT_EQ(index->find("/abs")->ordinal, 0u);
  EXPECT_EQ(index->find("/rel")->ordinal, 1u);
  EXPECT_EQ(index->find("//two")->ordinal, 2u);
  EXPECT_FALSE(index->find("/two"));
  EXPECT_FALSE(index->find("two"));
  EXPECT_FALSE(index->find("dot"));
  EXPECT_FALSE(index->find(""));
}

TEST(TarIndex, MembersInArchiveOrderUntilEnough) {
  std::string seen;
  index_of({"c", "a", "b"})->for_each([&](const Member& member) {
    seen += member.name;
    return member.name != "a";
  });
  EXPECT_EQ(seen, "ca");
}

TEST(TarIndex, AnEmptyOneFindsNothing) {
  const auto index = index_of({});
  EXPECT_FALSE(index->find("a"));
  EXPECT_TRUE(index->why_missing("a"));
}

TEST(TarIndex, TakesLittleMemory) {
  std::vector<std::string> names;
  for (int i = 100'000; i < 104'096; ++i) names.push_back("m" + std::to_string(i));
  const auto index = index_of(names);
  EXPECT_LE(index->memory(), sizeof(TarIndex) + names.size() * (24 + 7) + 64);
}

TEST(TarIndex, SaysWhyAMemberCannotBeRead) {
  TarIndexBuilder builder(1 << 20, "ais://b/s.tar");
  ASSERT_TRUE(builder.add_sparse("holes"));
  ASSERT_TRUE(builder.add("good", 512, 1));
  const auto index = builder.finish(Error(Errc::InvalidArgument, "cut"));
  EXPECT_FALSE(index->find("holes"));
  EXPECT_EQ(index->why_missing("holes").error().message(),
            "member \"holes\" of ais://b/s.tar is a sparse file, which cannot be read: store it without holes");
  EXPECT_EQ(index->why_missing("other").error().message(), "cut");
}

TEST(TarIndex, MemoryHasALimit) {
  TarIndexBuilder builder(10'000, "ais://b/s.tar");
  Status added;
  int n = 0;
  while (added && n < 10'000) added = builder.add("member-" + std::to_string(n++), 512, 1);
  ASSERT_FALSE(added);
  EXPECT_LT(n, 300);
  EXPECT_NE(added.error().message().find("[plugin.archive_tar] max_index"), std::string::npos)
      << added.error().message();
}

}  // namespace
}  // namespace bryo::tar
