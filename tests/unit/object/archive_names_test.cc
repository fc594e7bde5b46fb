#include <gtest/gtest.h>

#include <bryo/testing.h>
#include <kernel/object/archive_names.h>

#include <algorithm>
#include <random>
#include <set>

namespace bryo::kernel {
namespace {

using Names = std::vector<std::string>;

Names before(std::string_view prefix, std::string_view after) {
  return archives_before({.prefix = prefix, .after = after},
                         [](std::string_view name) { return name.ends_with(".tar"); });
}

TEST(ArchiveNames, ArchivesWhoseFilesFollowATokenOrBeginLikeAPrefix) {
  EXPECT_EQ(before("", ""), Names());
  EXPECT_EQ(before("s", ""), Names());
  EXPECT_EQ(before("s.tar", ""), Names());  // that one is on the page itself
  EXPECT_EQ(before("s.tar/", ""), Names({"s.tar"}));
  EXPECT_EQ(before("d/s.tar/x/y", ""), Names({"d/s.tar"}));
  EXPECT_EQ(before("", "s.tar"), Names({"s.tar"}));
  EXPECT_EQ(before("", "s.tar/a"), Names({"s.tar"}));
  EXPECT_EQ(before("", "s.tar-2"), Names({"s.tar"}));  // '-' < '/'
  EXPECT_EQ(before("", "s.tar0"), Names());            // '0' > '/'
  EXPECT_EQ(before("", "s.tar.tar/a"), Names({"s.tar", "s.tar.tar"}));
  EXPECT_EQ(before("t", "s.tar/a"), Names());
  EXPECT_EQ(before("s.tar/b", "s.tar/a"), Names({"s.tar"}));
  EXPECT_EQ(before("s.tar/b", "s.tar0"), Names());
}

testing::MemoryMembers members_of(const Names& names) {
  testing::MemoryMembers members;
  for (std::size_t i = 0; i < names.size(); ++i) (void)members.add({.name = names[i], .size = i});
  return members;
}

Names listed(const MemberIndex& index, const NameRange& range, std::size_t limit = 100) {
  Names names;
  for (auto& member : listed_members(index, "s.tar", range, limit)) names.push_back(std::move(member.name));
  return names;
}

TEST(ArchiveNames, FilesByNameInTheRange) {
  const auto index = members_of({"b", "a/2", "/c", "a/1", "\xff", "b"});
  EXPECT_EQ(listed(index, {}), Names({"s.tar/a/1", "s.tar/a/2", "s.tar/b", "s.tar/c"}));
  EXPECT_EQ(listed(index, {.prefix = "s"}).size(), 4u);
  EXPECT_EQ(listed(index, {.prefix = "s.tar/"}).size(), 4u);
  EXPECT_EQ(listed(index, {.prefix = "s.tar/a"}), Names({"s.tar/a/1", "s.tar/a/2"}));
  EXPECT_EQ(listed(index, {.prefix = "s.tarx"}), Names());
  EXPECT_EQ(listed(index, {.after = "s.tar"}).size(), 4u);
  EXPECT_EQ(listed(index, {.after = "s.tar-x"}).size(), 4u);
  EXPECT_EQ(listed(index, {.after = "s.tar/a/1"}), Names({"s.tar/a/2", "s.tar/b", "s.tar/c"}));
  EXPECT_EQ(listed(index, {.after = "s.tar0"}), Names());
  EXPECT_EQ(listed(index, {}, 2), Names({"s.tar/a/1", "s.tar/a/2"}));
  EXPECT_EQ(listed_members(index, "s.tar", {.prefix = "s.tar/b"}, 9).at(0).size, 0u);  // the first of equal names
}

// Pages of every size, put together, are the sorted names, each once.
TEST(ArchiveNames, PagesMissNothing) {
  std::minstd_rand random(7);
  Names names;
  for (int i = 0; i < 500; ++i) names.push_back("f" + std::to_string(random() % 400));
  const auto index = members_of(names);
  std::set<std::string> expected;
  for (const auto& name : names) expected.insert("s.tar/" + name);
  for (const std::size_t size : {1u, 2u, 7u, 100u, 399u, 1000u}) {
    Names got;
    std::string after;
    for (;;) {
      const auto page = listed(index, {.after = after}, size);
      EXPECT_LE(page.size(), size);
      got.insert(got.end(), page.begin(), page.end());
      if (page.size() < size) break;
      after = page.back();
    }
    EXPECT_EQ(got, Names(expected.begin(), expected.end())) << size;
  }
}

}  // namespace
}  // namespace bryo::kernel
