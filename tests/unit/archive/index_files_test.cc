#include <bryo/testing.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <kernel/archive/index_file_format.h>
#include <kernel/archive/index_files.h>
#include <tests/unit/store/fakes.h>

#include <filesystem>
#include <fstream>

namespace bryo::kernel::testing {
namespace {

namespace fs = std::filesystem;
using bryo::testing::MemoryObject;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kLabel = "ais://b/s.tar";

class IndexFilesTest : public ::testing::Test {
 protected:
  IndexFiles files(std::uint64_t limit = 1 << 20) {
    return {[this](const OpenObject&) { return directory.path() + "/indexes"; }, limit, log};
  }
  static MemoryObject archive(std::uint64_t stamp, std::size_t size = 1 << 20) {
    return {std::string(size, 'x'), stamp};
  }
  static std::unique_ptr<MemberTable> table(int members = 100) {
    MemberTableBuilder builder(1 << 20, kLabel);
    for (int i = 0; i < members; ++i) {
      EXPECT_TRUE(builder.add({.name = "m" + std::to_string(i),
                               .size = i == 7 ? std::uint64_t{1} << 40 : 10,
                               .offset = 512 + static_cast<std::uint64_t>(i),
                               .stored = i != 7,
                               .check = 99}));
    }
    EXPECT_TRUE(builder.add_unreadable("holes", "is a sparse file"));
    EXPECT_TRUE(builder.add_format_data(as_bytes(std::string_view("thirteen byte"))));
    return builder.finish("cut at offset 12");
  }
  std::vector<fs::path> paths() const {
    std::vector<fs::path> out;
    std::error_code ec;
    for (const auto& entry : fs::recursive_directory_iterator(directory.path() + "/indexes", ec)) {
      if (entry.is_regular_file()) out.push_back(entry.path());
    }
    return out;
  }
  static std::string bytes_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void write(const fs::path& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

  TemporaryDirectory directory;
  MemoryLog log;
  ArchiveFormatSpec tar{.name = ".tar", .extensions = {".tar"}, .mime_names = {}, .content_type = "", .magic = {}};
};

TEST_F(IndexFilesTest, WhatIsStoredIsLoaded) {
  const auto object = archive(0xABCDEF);
  auto first = files();
  EXPECT_FALSE(first.load(object, tar, kLabel));
  first.store(object, tar, *table());
  ASSERT_EQ(paths().size(), 1u);
  EXPECT_THAT(paths()[0].string(), HasSubstr("/indexes/0000000000abcdef"));
  auto later = files();
  const auto loaded = later.load(object, tar, kLabel);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->size(), 100u);
  for (int i = 0; i < 100; ++i) {
    const auto member = loaded->find("m" + std::to_string(i));
    ASSERT_TRUE(member);
    EXPECT_EQ(member->offset, 512u + static_cast<unsigned>(i));
    EXPECT_EQ(member->check, 99u);
    EXPECT_EQ(member->stored, i != 7);
  }
  EXPECT_EQ(loaded->find("m7")->size, std::uint64_t{1} << 40);
  EXPECT_EQ(as_text(loaded->format_data()), "thirteen byte");
  EXPECT_EQ(loaded->why_missing("holes").error().message(), "member \"holes\" of ais://b/s.tar is a sparse file");
  EXPECT_EQ(loaded->why_missing("x").error().message(), "cut at offset 12");
  EXPECT_THAT(log.text(), IsEmpty());
}

TEST_F(IndexFilesTest, ItIsOfOneVersionAndOneFormatOnly) {
  const auto object = archive(5);
  auto kept = files();
  kept.store(object, tar, *table());
  EXPECT_FALSE(kept.load(archive(6), tar, kLabel));
  auto newer = tar;
  newer.index_version = 2;
  EXPECT_FALSE(kept.load(object, newer, kLabel));
  EXPECT_THAT(paths(), IsEmpty()) << "a file that cannot be used is removed";
  kept.store(object, tar, *table());
  EXPECT_FALSE(kept.load(archive(5, 2 << 20), tar, kLabel));
}

TEST_F(IndexFilesTest, DamagedAnywhereItIsMadeAnew) {
  const auto object = archive(5);
  auto kept = files();
  kept.store(object, tar, *table());
  const auto path = paths().at(0);
  const std::string good = bytes_of(path);
  for (std::size_t at = 0; at < good.size(); at += 3) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    write(path, bad);
    ASSERT_FALSE(kept.load(object, tar, kLabel)) << at;
    write(path, good.substr(0, at));
    ASSERT_FALSE(kept.load(object, tar, kLabel)) << at;
  }
  write(path, good + "x");
  EXPECT_FALSE(kept.load(object, tar, kLabel));
  write(path, good);
  EXPECT_TRUE(kept.load(object, tar, kLabel));
  EXPECT_THAT(log.text(), HasSubstr("cannot be used and is made anew"));
}

TEST_F(IndexFilesTest, ALoadedOneSurvivesItsFile) {
  const auto object = archive(5);
  auto kept = files();
  kept.store(object, tar, *table());
  const auto loaded = kept.load(object, tar, kLabel);
  fs::remove_all(directory.path() + "/indexes");
  EXPECT_TRUE(loaded->find("m99"));
}

TEST_F(IndexFilesTest, TheOldestGoWhenThereIsNoRoom) {
  const std::uint64_t one = [&] {
    std::string header;
    std::uint64_t bytes = 0;
    for (const BytesView piece : index_file_pieces({}, table()->parts(), header)) bytes += piece.size();
    return bytes;
  }();
  auto kept = files(10 * one);
  for (std::uint64_t stamp = 1; stamp <= 10; ++stamp) {
    kept.store(archive(stamp), tar, *table());
    for (const auto& path : paths()) {
      fs::last_write_time(path, fs::last_write_time(path) - std::chrono::minutes(1));
    }
  }
  EXPECT_EQ(paths().size(), 10u);
  EXPECT_TRUE(kept.load(archive(1), tar, kLabel)) << "which makes it the youngest";
  kept.store(archive(11), tar, *table());
  EXPECT_EQ(paths().size(), 9u);
  EXPECT_TRUE(kept.load(archive(1), tar, kLabel));
  EXPECT_FALSE(kept.load(archive(2), tar, kLabel));
  EXPECT_FALSE(kept.load(archive(3), tar, kLabel));
  EXPECT_TRUE(kept.load(archive(4), tar, kLabel));
  kept.set_limit(one - 1);
  kept.store(archive(12), tar, *table());
  EXPECT_FALSE(kept.load(archive(12), tar, kLabel)) << "larger than all the room there is";
}

TEST_F(IndexFilesTest, SmallArchivesHaveNone) {
  auto kept = files();
  kept.store(archive(1, 1000), tar, *table());
  EXPECT_THAT(paths(), IsEmpty());
}

TEST_F(IndexFilesTest, WhereNothingCanBeWrittenItIsLogged) {
  std::ofstream(directory.path() + "/indexes") << "no directory";
  auto kept = files();
  kept.store(archive(1), tar, *table());
  EXPECT_THAT(log.text(), HasSubstr("an index file cannot be written"));
  EXPECT_FALSE(kept.load(archive(1), tar, kLabel));
}

TEST_F(IndexFilesTest, WhatACrashLeftUnfinishedIsRemoved) {
  fs::create_directories(directory.path() + "/indexes");
  write(directory.path() + "/indexes/0000000000000001.new", "half");
  auto kept = files();
  kept.store(archive(2), tar, *table());
  ASSERT_EQ(paths().size(), 1u);
  EXPECT_THAT(paths()[0].string(), HasSubstr("0002"));
}

}  // namespace
}  // namespace bryo::kernel::testing
