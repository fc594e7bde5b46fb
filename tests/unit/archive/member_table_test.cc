#include <gtest/gtest.h>
#include <kernel/archive/member_table.h>

#include <string>
#include <vector>

namespace bryo::kernel {
namespace {

constexpr const char* kLabel = "ais://b/s.tar";

std::unique_ptr<MemberTable> table_of(const std::vector<std::string>& names) {
  MemberTableBuilder builder(1 << 20, kLabel);
  std::uint64_t offset = 512;
  for (const auto& name : names) {
    EXPECT_TRUE(builder.add({.name = name, .size = name.size(), .offset = offset, .stored = true}));
    offset += 1024;
  }
  return builder.finish("");
}

TEST(MemberTable, FindsEveryMember) {
  std::vector<std::string> names;
  for (int i = 0; i < 5000; ++i) names.push_back("dir/member-" + std::to_string(i * 7919));
  const auto table = table_of(names);
  ASSERT_EQ(table->size(), names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto member = table->find(names[i]);
    ASSERT_TRUE(member);
    EXPECT_EQ(member->name, names[i]);
    EXPECT_EQ(member->offset, 512 + 1024 * i);
    EXPECT_EQ(member->size, names[i].size());
    EXPECT_EQ(member->ordinal, i);
    EXPECT_TRUE(member->stored);
    EXPECT_FALSE(table->find(names[i] + "x"));
  }
  EXPECT_TRUE(MemberTable::sound(table->parts(), std::uint64_t{1} << 40));
}

TEST(MemberTable, KeepsWhatIsTheReadersOwn) {
  MemberTableBuilder builder(1 << 20, kLabel);
  const std::uint64_t large = std::uint64_t{5} << 32;
  const std::vector<Member> members{
      {.name = "small", .size = 7, .offset = 1, .kind = 8, .check = 0xDEADBEEF, .packed = 5},
      {.name = "large", .size = large, .offset = Member::kMaxOffset, .kind = 255, .check = 1, .packed = 9},
      {.name = "packed", .size = 1, .offset = 0, .stored = true, .packed = large + 1},
      {.name = "bound", .size = 0xFFFFFFFF, .offset = 2, .packed = 0xFFFFFFFF},
  };
  for (const Member& member : members) ASSERT_TRUE(builder.add(member));
  ASSERT_TRUE(builder.add_format_data(as_bytes(std::string_view("places"))));
  ASSERT_TRUE(builder.add_format_data(as_bytes(std::string_view(" to begin"))));
  const auto table = builder.finish("");
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto found = table->find(members[i].name);
    ASSERT_TRUE(found);
    EXPECT_EQ(std::tie(found->size, found->offset, found->stored, found->kind, found->check, found->packed),
              std::tie(members[i].size, members[i].offset, members[i].stored, members[i].kind, members[i].check,
                       members[i].packed))
        << i;
    EXPECT_EQ(found->ordinal, i);
  }
  EXPECT_EQ(as_text(table->format_data()), "places to begin");
  EXPECT_FALSE(builder.add({.name = "far", .offset = Member::kMaxOffset + 1}));
}

TEST(MemberTable, TheFirstOfEqualNamesWins) { EXPECT_EQ(table_of({"a", "b", "a", "/a"})->find("a")->ordinal, 0u); }

TEST(MemberTable, OneLeadingSlashDoesNotMatter) {
  const auto table = table_of({"/abs", "rel", "//two", "./dot"});
  ASSERT_TRUE(table->find("abs") && table->find("/abs") && table->find("/rel") && table->find("//two"));
  EXPECT_EQ(table->find("abs")->ordinal, 0u);
  EXPECT_EQ(table->find("/rel")->ordinal, 1u);
  EXPECT_EQ(table->find("//two")->ordinal, 2u);
  for (const char* missing : {"/two", "two", "dot", ""}) EXPECT_FALSE(table->find(missing)) << missing;
}

TEST(MemberTable, MembersInArchiveOrderUntilEnough) {
  std::string seen;
  table_of({"c", "a", "b"})->for_each([&](const Member& member) {
    seen += member.name;
    return member.name != "a";
  });
  EXPECT_EQ(seen, "ca");
}

TEST(MemberTable, AnEmptyOneFindsNothing) {
  const auto table = table_of({});
  EXPECT_FALSE(table->find("a"));
  EXPECT_TRUE(table->why_missing("a"));
  EXPECT_TRUE(MemberTable::sound(table->parts(), 0));
}

TEST(MemberTable, TakesLessThan32BytesAndTheName) {
  std::vector<std::string> names;
  for (int i = 100'000; i < 104'097; ++i) names.push_back("m" + std::to_string(i));
  const std::size_t bytes = table_of(names)->memory() - table_of({})->memory();
  EXPECT_LE(bytes, names.size() * (30 + 7));
}

TEST(MemberTable, SaysWhyAMemberCannotBeRead) {
  MemberTableBuilder builder(1 << 20, kLabel);
  EXPECT_TRUE(builder.empty());
  ASSERT_TRUE(builder.add_unreadable("holes", "is a sparse file"));
  ASSERT_TRUE(builder.add_unreadable("/locked", "is encrypted"));
  EXPECT_FALSE(builder.empty());
  ASSERT_TRUE(builder.add({.name = "good", .size = 1, .offset = 512}));
  const auto table = builder.finish("cut");
  EXPECT_FALSE(table->find("holes"));
  EXPECT_EQ(table->why_missing("holes").error().message(), "member \"holes\" of ais://b/s.tar is a sparse file");
  EXPECT_EQ(table->why_missing("locked").error().message(), "member \"locked\" of ais://b/s.tar is encrypted");
  EXPECT_EQ(table->why_missing("other").error().message(), "cut");
}

TEST(MemberTable, MemoryHasALimit) {
  MemberTableBuilder builder(10'000, kLabel);
  Status added;
  int n = 0;
  while (added && n < 10'000) added = builder.add({.name = "member-" + std::to_string(n++), .size = 1, .offset = 512});
  ASSERT_FALSE(added);
  EXPECT_LT(n, 300);
  EXPECT_EQ(added.error().status(), 413);
  EXPECT_NE(added.error().message().find("raise node.store.shard_index_max"), std::string::npos)
      << added.error().message();
}

/// As a damaged disk would give them back.
TEST(MemberTable, WhatDoesNotLieWhereItMayIsNotSound) {
  const auto table = table_of({"one", "two", "three"});
  const auto good = table->parts();
  ASSERT_TRUE(MemberTable::sound(good, 1 << 20));
  EXPECT_FALSE(MemberTable::sound(good, 2'000)) << "the archive is shorter";
  const auto with = [&](auto change) {
    std::vector<MemberRecord> records(good.records.begin(), good.records.end());
    std::vector<std::uint32_t> slots(good.slots.begin(), good.slots.end());
    MemberTableParts parts = good;
    parts.records = records;
    parts.slots = slots;
    change(parts, records, slots);
    return MemberTable::sound(parts, 1 << 20);
  };
  EXPECT_TRUE(with([](auto&, auto&, auto&) {}));
  EXPECT_FALSE(with([](auto&, auto& records, auto&) { records[1].name_end = 1'000; }));
  EXPECT_FALSE(with([](auto&, auto& records, auto&) { records[1].name_end = 1; }));
  EXPECT_FALSE(with([](auto&, auto& records, auto&) { records[2].size = 1 << 21; }));
  EXPECT_FALSE(with([](auto&, auto& records, auto&) { records[0].place |= std::uint64_t{1} << 57; })) << "no wide one";
  EXPECT_FALSE(with([](auto&, auto&, auto& slots) { slots[0] = 4; }));
  EXPECT_FALSE(with([](auto&, auto&, auto& slots) { slots.assign(slots.size(), 1); })) << "searched for ever";
  EXPECT_FALSE(with([](auto& parts, auto&, auto&) { parts.slots = parts.slots.first(2); }));
}

}  // namespace
}  // namespace bryo::kernel
