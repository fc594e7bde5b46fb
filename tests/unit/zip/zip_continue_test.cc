/// Members behind those of an archive that exists.

#include "zip_fixture.h"

namespace bryo::zip {
namespace {

class ZipContinue : public ZipTest {
 protected:
  /// The archive with more members; "<why>" when it cannot be continued.
  std::string continued(const std::string& archive, const Contents& members) {
    const testing::MemoryObject object(archive, 1);
    const testing::MemoryMembers index;
    auto continuation = reader.continue_after(object, kLabel, index);
    if (!continuation) return "<" + continuation.error().message() + ">";
    EXPECT_LE(continuation->keep, archive.size());
    ArchiveWriter& writer = *continuation->writer;
    ArchiveBuffer out;
    for (const auto& [name, content] : members) {
      EXPECT_TRUE(writer.begin(name, content.size(), out));
      out.append(std::string_view(content));
      ArchiveBuffer none;
      EXPECT_TRUE(writer.content(as_bytes(content), none));
      EXPECT_TRUE(writer.end(out));
    }
    EXPECT_TRUE(writer.finish(out));
    return archive.substr(0, continuation->keep).append(as_text(out.view()));
  }
};

TEST_F(ZipContinue, MembersStayAndOthersAreAdded) {
  const std::string content = mixed(5'000, 3);
  const std::string archive = archive_of({stored("a", "first"), packed("b", content)});
  const std::string more = continued(archive, {{"c", "third"}, {"d", ""}});
  EXPECT_EQ(read(more, "a"), "first");
  EXPECT_EQ(read(more, "b"), content);
  EXPECT_EQ(read(more, "c"), "third");
  EXPECT_EQ(read(more, "d"), "");
  const std::string again = continued(more, {{"e", "fifth"}});
  EXPECT_EQ(read(again, "a") + read(again, "c") + read(again, "e"), "firstthirdfifth");
  EXPECT_EQ(read(again, "b"), content);
}

TEST_F(ZipContinue, WhatItWroteIsContinuedAsIfItHadNeverEnded) {
  const Contents members = {{"a", "1"}, {"dir/b", ""}, {"c", mixed(3'000, 5)}};
  std::string archive = continued(end_of(0, 0, 0), {members[0]});
  archive = continued(archive, {members[1]});
  EXPECT_EQ(continued(archive, {members[2]}), continued(end_of(0, 0, 0), members));
}

TEST_F(ZipContinue, BytesInFrontAndAComment) {
  std::string archive = archive_of({stored("a", "first")});
  archive.replace(archive.size() - 2, 2, std::string("\7\0", 2) + "comment");
  const std::string more = continued("#!/bin/sh\n" + archive, {{"b", "second"}});
  EXPECT_TRUE(more.starts_with("#!/bin/sh\n"));
  EXPECT_EQ(read(more, "a") + read(more, "b"), "firstsecond");
}

TEST_F(ZipContinue, MoreMembersThanThePlainEndRecordCounts) {
  Contents members;
  for (int i = 0; i < 65'534; ++i) members.emplace_back(std::to_string(i), "");
  const std::string archive = continued(end_of(0, 0, 0), members);
  const std::string more = continued(archive, {{"x", "1"}, {"y", "2"}});
  EXPECT_EQ(read(more, "0") + read(more, "65533") + read(more, "x") + read(more, "y"), "12");
  EXPECT_EQ(read(continued(more, {{"z", "3"}}), "z"), "3");
}

TEST_F(ZipContinue, ADamagedArchiveIsNotContinued) {
  const std::string archive = archive_of({stored("a", "first"), stored("b", "second")});
  EXPECT_NE(continued(archive.substr(0, archive.size() - 30), {{"c", ""}}).find("not a valid zip file"),
            std::string::npos);
  std::string lies = archive;
  lies[lies.size() - 12] = 9;  // entries
  lies[lies.size() - 14] = 9;
  EXPECT_NE(continued(lies, {{"c", ""}}).find("announces 9 members"), std::string::npos);
}

}  // namespace
}  // namespace bryo::zip
