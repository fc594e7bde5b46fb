/// Members behind those of an archive that exists.

#include <gtest/gtest.h>

#include "tar_fixture.h"

namespace bryo::tar {
namespace {

/// The archive with one more member; "<why>" when it cannot be continued.
std::string continued(const std::string& archive, std::string_view name, std::string_view content) {
  const testing::MemoryObject object(archive, 1);
  const testing::MemoryMembers index;
  auto continuation = TarReader().continue_after(object, "ais://b/s.tar", index);
  if (!continuation) return "<" + continuation.error().message() + ">";
  EXPECT_LE(continuation->keep, archive.size());
  ArchiveWriter& writer = *continuation->writer;
  ArchiveBuffer out;
  // What is taken back leaves no trace.
  EXPECT_TRUE(writer.begin("gone", 5, out));
  EXPECT_LE(out.size(), writer.max_header(4));
  out.clear();
  writer.take_back();
  EXPECT_TRUE(writer.begin(name, content.size(), out));
  out.append(content);
  EXPECT_TRUE(writer.end(out));
  EXPECT_TRUE(writer.finish(out));
  return archive.substr(0, continuation->keep).append(as_text(out.view()));
}

/// What follows the entries then.
std::string added() { return written("new", "content") + end_blocks(); }

TEST(TarContinue, MembersStayAndOneIsAdded) {
  const std::string entries = member("a", "first") + member("b", std::string(1000, 'b'));
  const std::string expected = entries + added();
  for (const std::string& archive : {entries + end_blocks(), entries + std::string(10240, '\0'), entries,
                                     entries + std::string(kBlock, '\0'), entries + end_blocks() + "what follows"}) {
    EXPECT_TRUE(continued(archive, "new", "content") == expected);
  }
}

TEST(TarContinue, AnEmptyArchive) {
  EXPECT_TRUE(continued(end_blocks(), "new", "content") == added());
  EXPECT_TRUE(continued("", "new", "content") == added());
}

TEST(TarContinue, PaddingThatIsMissingIsMadeUpFor) {
  const std::string whole = member("a", "first");
  for (const std::size_t size : {kBlock + 5, kBlock + 6, 2 * kBlock - 1}) {
    EXPECT_TRUE(continued(whole.substr(0, size), "new", "content") == whole + added());
  }
}

TEST(TarContinue, EntriesThatAreNoMembersStay) {
  const std::string entries = member("a", "first") + RawHeader("dir/", 0, '5').bytes() +
                              RawHeader("link", 0, '2').bytes() + member("global", record("comment", "c"), kPaxGlobal);
  EXPECT_TRUE(continued(entries + end_blocks(), "new", "content") == entries + added());
}

// It would name the member that is added.
TEST(TarContinue, AHeaderForNobodyIsDropped) {
  const std::string entries = member("a", "first");
  for (const std::string& trailing :
       {pax(record("path", "other")), member("long", "other", kGnuLongName), member("long", "other", kGnuLongLink)}) {
    EXPECT_TRUE(continued(entries + trailing + end_blocks(), "new", "content") == entries + added());
  }
}

TEST(TarContinue, ADamagedArchiveIsNotContinued) {
  std::string damaged = member("a", "first") + member("b", "second") + end_blocks();
  damaged[2 * kBlock] = 'x';
  EXPECT_EQ(continued(damaged, "new", "content"), "<archive/tar: invalid tar header: ais://b/s.tar at offset 1024>");
  EXPECT_EQ(continued(member("a", std::string(1000, 'a')).substr(0, 900), "new", "content"),
            "<unexpected EOF: ais://b/s.tar is cut at offset 900>");
}

}  // namespace
}  // namespace bryo::tar
