#include "sdk/cli/member_extraction.h"

#include <bryo/client/tar_reader.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "../client/piecewise_input.h"
#include "../client/tar_fixture.h"
#include "sdk/cli/console.h"
#include "sdk/cli/progress.h"

namespace bryo::cli {
namespace {

namespace fs = std::filesystem;
using client::tar_end;
using client::tar_file;
using client::tar_header;

class MemberExtraction : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/bryo-extract-XXXXXX";
    above_ = ::mkdtemp(name);
    folder_ = above_ / "into";
    fs::create_directory(folder_);
  }
  void TearDown() override { fs::remove_all(above_); }

  Result<Extracted> extract(const std::string& archive, bool overwrite = false) {
    client::PiecewiseInput input(archive, 1000);
    Progress progress(console_, "members", 0, 0);
    return extract_members(input, folder_.string(), overwrite, console_, progress);
  }
  std::string content(const std::string& name) {
    std::ifstream file(folder_ / name, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  /// Files outside of the folder that was named, or that are neither of `expected`.
  std::vector<std::string> files() {
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(above_)) {
      if (!entry.is_directory()) found.push_back(entry.path().lexically_relative(folder_).string());
    }
    std::sort(found.begin(), found.end());
    return found;
  }

  fs::path above_;
  fs::path folder_;
  Console console_;
};

using Names = std::vector<std::string>;

TEST_F(MemberExtraction, WritesEveryFileBelowTheFolder) {
  const auto extracted =
      extract(tar_file("a", "one") + tar_file("b/c/d", std::string(5000, 'x')) + tar_file("./e/empty", "") + tar_end());
  ASSERT_TRUE(extracted);
  EXPECT_EQ(extracted->members, 3U);
  EXPECT_EQ(files(), (Names{"a", "b/c/d", "e/empty"}));
  EXPECT_EQ(content("b/c/d"), std::string(5000, 'x'));
}

TEST_F(MemberExtraction, NoNameLeadsOutOfTheFolder) {
  const auto extracted =
      extract(tar_file("../evil", "1") + tar_file("a/../../evil", "2") + tar_file((above_ / "evil").string(), "3") +
              tar_file("..", "4") + tar_file("a/./x", "5") + tar_file("././/x", "5") + tar_file("a/", "6") +
              tar_file("good", "7") + tar_end());
  ASSERT_TRUE(extracted);
  EXPECT_EQ(extracted->members, 1U);
  EXPECT_GE(extracted->refused, 5U);
  EXPECT_EQ(files(), Names{"good"});
}

TEST_F(MemberExtraction, LinksOfTheShardAreNotMade) {
  const auto extracted = extract(tar_header("link", 0, '2') + tar_header("hard", 0, '1') + tar_header("dev", 0, '3') +
                                 tar_file("link/evil", "x") + tar_end());
  ASSERT_TRUE(extracted);
  EXPECT_EQ(files(), Names{"link/evil"});
  EXPECT_FALSE(fs::is_symlink(folder_ / "link"));
}

TEST_F(MemberExtraction, WhatExistsIsOverwrittenOnlyIfAsked) {
  const auto archive = tar_file("a", "new") + tar_file("b", "2") + tar_end();
  std::ofstream(folder_ / "a") << "old";
  auto extracted = extract(archive);
  ASSERT_TRUE(extracted);
  EXPECT_EQ(extracted->members, 1U);
  EXPECT_EQ(extracted->refused, 1U);
  EXPECT_EQ(content("a"), "old");
  extracted = extract(archive, true);
  ASSERT_TRUE(extracted);
  EXPECT_EQ(extracted->refused, 0U);
  EXPECT_EQ(content("a"), "new");
}

TEST_F(MemberExtraction, AShortShardLeavesNoHalfFile) {
  const auto archive = tar_file("a", "one") + tar_file("b", std::string(3000, 'x')) + tar_end();
  for (const std::size_t size : {511UL, 1023UL, 1024UL, 1600UL, 3000UL, 5000UL}) {
    EXPECT_FALSE(extract(archive.substr(0, size), true)) << size;
    for (const auto& name : files()) EXPECT_EQ(content(name).size(), name == "a" ? 3U : 3000U) << size;
  }
}

TEST_F(MemberExtraction, MembersAreRepackedInAnyFormat) {
  const auto archive = tar_file("a", "one") + tar_header("link", 0, '2') + tar_file("../b", "two") + tar_end();
  struct : client::ByteSink {
    Status write(std::span<const std::byte> bytes) override {
      all += client::text_of(bytes);
      return {};
    }
    std::string all;
  } sink;
  client::PiecewiseInput input(archive, 333);
  Progress progress(console_, "members", 0, 0);
  const auto members = repack_members(input, client::ArchiveFormat::Tar, sink, progress);
  ASSERT_TRUE(members);
  EXPECT_EQ(*members, 2U);
  client::PiecewiseInput again(sink.all, 777);
  client::TarReader tar(again);
  EXPECT_EQ((*tar.next())->name, "a");
  EXPECT_EQ((*tar.next())->name, "../b");
  EXPECT_FALSE(*tar.next());
}

}  // namespace
}  // namespace bryo::cli
