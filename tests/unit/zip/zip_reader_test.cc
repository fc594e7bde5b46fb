#include "zip_fixture.h"

#include <gmock/gmock.h>

namespace bryo::zip {
namespace {

using testing::index_of;
using testing::MemoryObject;

TEST_F(ZipTest, SmallStoredMembersAreFoundWhereTheyAreRead) {
  std::vector<Made> members;
  for (int i = 0; i < 2'000; ++i) members.push_back(stored("m" + std::to_string(i), mixed(2'000, 7)));
  members[5].local_extra = std::string(60'000, 'e');  // not in the directory
  const std::string bytes = archive_of(members);
  const MemoryObject archive(bytes, 1);
  const auto before = archive.reads();
  const auto index = index_of(reader, archive, kLabel);
  ASSERT_TRUE(index) << index.error().message();
  EXPECT_LE(archive.reads() - before, 6u);
  EXPECT_TRUE(read(bytes, "m4") == mixed(2'000, 7) && read(bytes, "m5") == mixed(2'000, 7));
  std::string damaged = bytes;
  damaged[damaged.find("m4") + 100] ^= 1;
  EXPECT_THAT(read(damaged, "m4"), ::testing::HasSubstr("does not have the checksum that the directory says"));
  EXPECT_TRUE(read(damaged, "m5") == mixed(2'000, 7));
}

TEST_F(ZipTest, LargeStoredMembersLieVerbatimInTheArchive) {
  const std::string content = mixed(100'000, 3);
  Made moved = stored("b", content);
  moved.local_extra = std::string(1'000, 'e');  // not in the directory
  const std::string bytes = archive_of({stored("a", "content of a"), moved, stored("c", "")});
  const auto index = index_of(reader, MemoryObject(bytes, 1), kLabel);
  ASSERT_TRUE(index) << index.error().message();
  const auto b = (*index)->find("b");
  ASSERT_TRUE(b && b->stored);
  EXPECT_TRUE(bytes.substr(b->offset, b->size) == content);
  EXPECT_EQ((*index)->find("c")->size, 0u);
}

TEST_F(ZipTest, DeflatedMembersAreInflatedWhateverTheirSize) {
  for (const std::size_t size : {0u, 1u, 100u, 131'072u, 1'048'576u, 1'048'577u, 5'000'000u}) {
    const std::string content = mixed(size, static_cast<unsigned>(size));
    for (const int level : {0, 1, 9}) {
      EXPECT_TRUE(read(archive_of({packed("before", "x"), packed("m", content, level)}), "m") == content)
          << size << " " << level;
    }
  }
}

TEST_F(ZipTest, OneMemberTakesOneRead) {
  std::vector<Made> members;
  for (int i = 0; i < 100; ++i) members.push_back(packed("m" + std::to_string(i), mixed(8'000, 7)));
  const MemoryObject archive(archive_of(members), 1);
  const auto index = index_of(reader, archive, kLabel);
  ASSERT_TRUE(index);
  std::vector<MemberPart> parts;
  for (const auto* name : {"m3", "m3", "m50", "m99"}) {
    const Member member = *(*index)->find(name);
    parts.push_back({member, 10, 20});
  }
  const auto before = archive.reads();
  const auto keep = [&](std::size_t, BytesView) -> Status { return {}; };
  ASSERT_TRUE(reader.extract(archive, kLabel, **index, parts, keep));
  EXPECT_EQ(archive.reads() - before, 3u);
}

TEST_F(ZipTest, ADirectoryOfDeflatedMembersIsReadAndNothingElse) {
  std::vector<Made> members;
  for (int i = 0; i < 2'000; ++i) members.push_back(packed("m" + std::to_string(i), mixed(2'000, 7)));
  const MemoryObject archive(archive_of(members), 1);
  const auto before = archive.reads();
  ASSERT_TRUE(index_of(reader, archive, kLabel));
  EXPECT_LE(archive.reads() - before, 6u);
}

TEST_F(ZipTest, BytesInFrontAndBehindAndComments) {
  const std::vector<Made> members{stored("s", "stored"), packed("d", mixed(3'000, 1))};
  const std::string plain = archive_of(members);
  for (const std::string& front : {std::string(), std::string(100'000, 'f'), plain}) {
    for (const std::string& behind : {std::string(), std::string(5'000, '\0')}) {
      for (const std::size_t comment : {0u, 1u, 65'535u}) {
        if (comment + behind.size() > 65'535) continue;
        std::string bytes = front + plain + std::string(comment, 'c') + behind;
        const std::size_t at = front.size() + plain.size() - 2;
        bytes.replace(at, 2, le(static_cast<std::uint16_t>(comment)));
        SCOPED_TRACE(std::to_string(front.size()) + " " + std::to_string(behind.size()) + " " +
                     std::to_string(comment));
        EXPECT_EQ(read(bytes, "s"), "stored");
        EXPECT_TRUE(read(bytes, "d") == mixed(3'000, 1));
      }
    }
  }
}

TEST_F(ZipTest, OffsetsThatKnowOfTheBytesInFront) {
  std::vector<Made> members{stored("s", "stored"), packed("d", mixed(3'000, 1))};
  std::string out = "#!/bin/sh\n";
  for (Made& made : members) {
    made.header = out.size();
    out += local_of(made);
  }
  const std::size_t directory = out.size();
  for (const Made& made : members) out += entry_of(made);
  const std::size_t size = out.size() - directory;
  EXPECT_EQ(read(out + end_of(2, size, directory), "s"), "stored");
  EXPECT_EQ(read(out + "a signature" + end_of(2, size, directory), "s"), "stored");
}

TEST_F(ZipTest, Zip64) {
  for (const std::string& front : {std::string(), std::string(777, 'f')}) {
    std::vector<Made> members{stored("s", "stored"), packed("d", mixed(3'000, 1))};
    std::string out;
    for (Made& made : members) {
      made.header = out.size();
      made.wide = true;
      out += local_of(made);
    }
    const std::size_t directory = out.size();
    for (const Made& made : members) out += entry_of(made);
    const std::string bytes = front + out + wide_end_of(2, out.size() - directory, directory, out.size());
    EXPECT_EQ(read(bytes, "s"), "stored");
    EXPECT_TRUE(read(bytes, "d") == mixed(3'000, 1));
  }
}

TEST_F(ZipTest, MoreMembersThanThePlainEndCanTell) {
  std::string out = local_of(stored("one", "content"));
  std::string directory;
  constexpr std::size_t kMany = 70'000;
  for (std::size_t i = 0; i + 1 < kMany; ++i) {
    Made made = stored("m" + std::to_string(i), std::to_string(i));
    made.header = out.size();
    out += local_of(made);
    directory += entry_of(made);
  }
  directory += entry_of(stored("one", "content"));
  const std::size_t at = out.size();
  out += directory;
  for (const std::string& bytes :
       {out + end_of(kMany, directory.size(), at), out + wide_end_of(kMany, directory.size(), at, out.size())}) {
    EXPECT_EQ(read(bytes, "one"), "content");
    EXPECT_EQ(read(bytes, "m69998"), "69998");
    EXPECT_EQ((*index_of(reader, MemoryObject(bytes, 1), kLabel))->size(), kMany);
  }
}

TEST_F(ZipTest, FoldersAreNoMembers) {
  const std::string bytes = archive_of({stored("dir/", ""), stored("dir/a", "1")});
  EXPECT_EQ(read(bytes, "dir/a"), "1");
  EXPECT_EQ(read(bytes, "dir/"), "<none>");
}

TEST_F(ZipTest, WhatCannotBeReadIsRefusedByName) {
  const auto refused = [&](Made made, const std::string& why) {
    const std::string bytes = archive_of({stored("good", "1"), std::move(made), packed("also", "22")});
    EXPECT_EQ(read(bytes, "good"), "1") << why;
    EXPECT_EQ(read(bytes, "also"), "22") << why;
    // What the directory tells is known from the beginning, what stands in front of the content when that is read.
    EXPECT_THAT(read(bytes, "m"),
                ::testing::AllOf(::testing::HasSubstr("member \"m\" of "), ::testing::EndsWith(" " + why + ">")));
  };
  Made made = stored("m", "content");
  made.flags = 1;
  refused(made, "is encrypted");
  made.flags = 0;
  made.method = made.local_method = 14;
  refused(made, "is compressed by method 14, which cannot be read: use deflate");
  made.method = made.local_method = 0;
  made.size = 5;
  refused(made, "is stored, and has two sizes");
  made.size = 7;
  made.local_name = "n";
  refused(made, "has another name in the directory than in front of its content");
  made.local_name = "m";
  made.local_method = 8;
  refused(made, "has another method of compression in the directory than in front of its content");
  made.local_method = 0;
  made.local_extra = std::string(10, 'e');
  made.data.clear();
  made.size = 9'000;
  refused(made, "is stored, and has two sizes");
}

}  // namespace
}  // namespace bryo::zip
