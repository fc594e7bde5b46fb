#include "sdk/cli/archived_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace bryo::cli {
namespace {

class ArchivedFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/bryo-archived-XXXXXX";
    folder_ = ::mkdtemp(name);
    for (const auto* file : {"x/b", "x/a/c", "y/b", "one"}) {
      const auto path = std::filesystem::path(folder_) / file;
      std::filesystem::create_directories(path.parent_path());
      std::ofstream(path) << file;
    }
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::vector<std::string> names(const std::vector<std::string>& sources, const std::string& archpath) {
    std::vector<std::string> paths;
    for (const auto& source : sources) paths.push_back(folder_ + "/" + source);
    std::vector<std::string> found;
    const auto files = list_archived_files(paths, archpath);
    if (!files) return {files.error().message()};
    for (const auto& file : *files) found.push_back(file.name);
    return found;
  }

  std::string folder_;
};

using Names = std::vector<std::string>;

TEST_F(ArchivedFilesTest, AreNamedBelowTheirFolder) {
  EXPECT_EQ(names({"x"}, ""), (Names{"a/c", "b"}));
  EXPECT_EQ(names({"x", "one"}, ""), (Names{"a/c", "b", "one"}));
  EXPECT_EQ(names({"x"}, "in"), (Names{"in/a/c", "in/b"}));
  EXPECT_EQ(names({"one"}, ""), Names{"one"});
  EXPECT_EQ(names({"one"}, "p/q.txt"), Names{"p/q.txt"});
  EXPECT_EQ(names({"one"}, "p/"), Names{"p/one"});
}

TEST_F(ArchivedFilesTest, TwoOfOneNameAreRefused) {
  const auto told = names({"x", "y"}, "").front();
  EXPECT_NE(told.find("would both be called \"b\""), std::string::npos) << told;
  EXPECT_NE(names({"absent"}, "").front().find("does not exist"), std::string::npos);
}

TEST_F(ArchivedFilesTest, AFileThatChangedOrVanishedIsNamed) {
  ArchivedFiles changed({{folder_ + "/one", "one", 99}});
  const auto grown = changed.next();
  ASSERT_FALSE(grown);
  EXPECT_NE(grown.error().message().find("/one changed since it was listed"), std::string::npos);
  ArchivedFiles vanished({{folder_ + "/gone", "gone", 1}});
  const auto gone = vanished.next();
  ASSERT_FALSE(gone);
  EXPECT_NE(gone.error().message().find("/gone"), std::string::npos);
}

}  // namespace
}  // namespace bryo::cli
