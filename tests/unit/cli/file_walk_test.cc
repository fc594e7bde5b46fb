#include "sdk/cli/file_walk.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>
#include <set>

namespace bryo::cli {
namespace {

namespace fs = std::filesystem;

class FileWalkTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "bryo-walk-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
  }
  void TearDown() override { fs::remove_all(root_); }
  void file(const std::string& name, const std::string& content = "x") {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << content;
  }
  static std::pair<std::set<std::string>, std::vector<std::string>> walk(std::vector<std::string> sources) {
    FileWalk walk(std::move(sources));
    std::set<std::string> names;
    std::vector<std::string> errors;
    while (true) {
      const auto one = walk.next();
      if (!one) {
        errors.push_back(one.error().message());
      } else if (!*one) {
        return {names, errors};
      } else {
        names.insert((*one)->name);
      }
    }
  }
  fs::path root_;
};

TEST_F(FileWalkTest, NamesAreBelowTheirFolder) {
  file("d/a", "12345");
  file("d/sub/deep/b");
  file("d/.hidden");
  file("single");
  fs::create_directories(root_ / "d/empty");
  fs::create_symlink(root_ / "single", root_ / "d/link");
  fs::create_directory_symlink(root_ / "d", root_ / "d/sub/circle");
  ::mkfifo((root_ / "d/pipe").c_str(), 0600);
  const auto folder = (root_ / "d").string();
  const auto [names, errors] = walk({folder, (root_ / "single").string()});
  EXPECT_EQ(names, (std::set<std::string>{"a", "sub/deep/b", ".hidden", "link", "single"}));
  EXPECT_TRUE(errors.empty());
  EXPECT_EQ(walk({folder + "/"}).first.count("sub/deep/b"), 1U);
  const auto totals = count_files({folder});
  EXPECT_EQ(totals.files, 4U);
  EXPECT_EQ(totals.bytes, 8U);
}

TEST_F(FileWalkTest, WhatCannotBeReadIsToldAndTheRestGoesOn) {
  file("a");
  ::mkfifo((root_ / "pipe").c_str(), 0600);
  const auto [names, errors] = walk({(root_ / "absent").string(), (root_ / "pipe").string(), (root_ / "a").string()});
  EXPECT_EQ(names, std::set<std::string>{"a"});
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(errors[0], (root_ / "absent").string() + " does not exist");
  EXPECT_NE(errors[1].find("neither a file nor a folder"), std::string::npos);
}

}  // namespace
}  // namespace bryo::cli
