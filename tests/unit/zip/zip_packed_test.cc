#include "zip_fixture.h"

namespace bryo::zip {
namespace {

/// Members go from one archive into another as they are stored there.
class ZipPacked : public ZipTest {
 protected:
  /// All deflated members of `bytes`, copied.
  std::string copied(const std::string& bytes) {
    const testing::MemoryObject archive(bytes, 1);
    const auto index = testing::index_of(reader, archive, kLabel);
    EXPECT_TRUE(index);
    ZipWriter writer;
    ArchiveBuffer out;
    (*index)->for_each([&](const Member& member) {
      const auto at = reader.packed_offset(archive, kLabel, member);
      EXPECT_TRUE(at) << at.error().message();
      EXPECT_EQ(*writer.begin_packed("copy/" + std::string(member.name), ".zip", member, out), true);
      out.append(std::string_view(bytes).substr(*at, member.packed));
      EXPECT_TRUE(writer.end(out));
      return true;
    });
    EXPECT_TRUE(writer.begin("stored", 7, out));
    ArchiveBuffer none;
    EXPECT_TRUE(writer.content(as_bytes("content"), none));
    out.append(std::string_view("content"));
    EXPECT_TRUE(writer.end(out));
    EXPECT_TRUE(writer.finish(out));
    return std::string(as_text(out.view()));
  }
};

TEST_F(ZipPacked, DeflatedMembersGoIntoAnotherArchiveUnchanged) {
  std::vector<Made> members;
  for (unsigned i = 0; i < 40; ++i) members.push_back(packed("m" + std::to_string(i), mixed(i * i * 50, i)));
  members.push_back(packed("\xc3\xbc" + std::string(3'000, 'n'), mixed(100, 1)));
  members[7].local_extra = std::string("ab\3\0xyz", 7);
  const std::string copy = copied(archive_of(members));
  for (unsigned i = 0; i < 40; ++i) {
    EXPECT_EQ(read(copy, "copy/m" + std::to_string(i)), mixed(i * i * 50, i));
    EXPECT_NE(copy.find(members[i].data), std::string::npos);
  }
  EXPECT_EQ(read(copy, "copy/" + members.back().name), mixed(100, 1));
  EXPECT_EQ(read(copy, "stored"), "content");
}

/// Their CRC is that of the archive they come from: a member that is damaged there is damaged here.
TEST_F(ZipPacked, ACrcIsKept) {
  std::vector<Made> members{packed("bad", mixed(5'000, 1)), packed("good", mixed(5'000, 2))};
  members[0].crc ^= 1;
  const std::string copy = copied(archive_of(members));
  EXPECT_TRUE(read(copy, "copy/bad").starts_with("<"));
  EXPECT_EQ(read(copy, "copy/good"), mixed(5'000, 2));
}

TEST_F(ZipPacked, SizesThatNeedZip64) {
  Member huge{.name = "huge", .size = std::uint64_t{5} << 32, .kind = kDeflatedMethod, .check = 7, .packed = 1'000};
  ZipWriter writer;
  ArchiveBuffer out;
  ASSERT_EQ(*writer.begin_packed("huge", ".zip", huge, out), true);
  EXPECT_LE(out.size(), writer.max_header(4));
  out.append(std::string(1'000, 'p'));
  ASSERT_TRUE(writer.end(out));
  ASSERT_TRUE(writer.finish(out));
  const testing::MemoryObject archive(std::string(as_text(out.view())), 1);
  registrar.set_option("max_ratio", std::int64_t{1032});
  const auto index = testing::index_of(reader, archive, kLabel);
  ASSERT_TRUE(index) << index.error().message();
  // Nothing honest inflates so far: the sizes were read as they were written.
  EXPECT_NE((*index)->why_missing("huge").error().message().find("would be inflated by more than 1032 times"),
            std::string::npos);
}

TEST_F(ZipPacked, WhatIsNotDeflatedOrNotOfAZipIsNotTaken) {
  ZipWriter writer;
  ArchiveBuffer out;
  const Member member{.name = "m", .size = 10, .kind = kDeflatedMethod, .packed = 5};
  EXPECT_EQ(*writer.begin_packed("m", ".tgz", member, out), false);
  Member stored_one = member;
  stored_one.stored = true;
  stored_one.kind = kStoredMethod;
  EXPECT_EQ(*writer.begin_packed("m", ".zip", stored_one, out), false);
  EXPECT_FALSE(writer.begin_packed(std::string_view("a\0b", 3), ".zip", member, out));
  EXPECT_TRUE(out.empty());
  const testing::MemoryObject archive(archive_of({stored("s", "content")}), 1);
  const auto index = testing::index_of(reader, archive, kLabel);
  EXPECT_EQ(reader.packed_offset(archive, kLabel, *(*index)->find("s")).error().code(), Errc::Unsupported);
}

TEST_F(ZipPacked, AnIndexThatLiesIsAnError) {
  const std::string bytes = archive_of({packed("m", mixed(5'000, 1))});
  const testing::MemoryObject archive(bytes, 1);
  const auto index = testing::index_of(reader, archive, kLabel);
  const Member good = *(*index)->find("m");
  EXPECT_EQ(*reader.packed_offset(archive, kLabel, good), kLocalSize + 1);
  for (const std::uint64_t offset : {std::uint64_t{1}, archive.size() - 1, archive.size(), Member::kMaxOffset}) {
    Member bad = good;
    bad.offset = offset;
    EXPECT_EQ(reader.packed_offset(archive, kLabel, bad).error().code(), Errc::InvalidArgument) << offset;
  }
  Member bad = good;
  bad.packed = archive.size();
  EXPECT_EQ(reader.packed_offset(archive, kLabel, bad).error().message(),
            "member \"m\" of ais://b/s.zip does not lie in the archive");
}

}  // namespace
}  // namespace bryo::zip
