#include <kernel/reference/pages.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace bryo::kernel {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class WritePages : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/bryo-pages-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    directory = name;
  }
  void TearDown() override { fs::remove_all(directory); }

  [[nodiscard]] std::string read(const std::string& file) const {
    std::stringstream text;
    text << std::ifstream(directory + "/" + file).rdbuf();
    return text.str();
  }
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(directory)) out.push_back(entry.path().filename());
    return out;
  }

  std::string directory;
};

TEST_F(WritePages, ReplacesWhatIsThereAndLeavesNothingElse) {
  std::ofstream(directory + "/a.md") << "an older and longer page";
  ASSERT_TRUE(write_pages(directory, {{"a.md", "new"}, {"b.md", "b"}}));
  EXPECT_EQ(read("a.md"), "new");
  EXPECT_THAT(files(), UnorderedElementsAre("a.md", "b.md"));
}

TEST_F(WritePages, NeedsADirectory) {
  const auto absent = write_pages(directory + "/absent", {{"a.md", "a"}});
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code(), Errc::NotFound);
  EXPECT_EQ(absent.error().message(),
            "there is no directory " + directory + "/absent for the pages: make it, or name another");
  std::ofstream(directory + "/file") << "x";
  EXPECT_FALSE(write_pages(directory + "/file", {{"a.md", "a"}}));
}

TEST_F(WritePages, WhenOneCannotBeWrittenNoneIs) {
  std::ofstream(directory + "/a.md") << "old";
  fs::create_directory(directory + "/.b.md.new");  // in the way of the second page
  const auto written = write_pages(directory, {{"a.md", "new"}, {"b.md", "b"}});
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message(), HasSubstr("cannot write " + directory + "/b.md: Is a directory"));
  EXPECT_EQ(read("a.md"), "old");
  EXPECT_THAT(files(), UnorderedElementsAre("a.md", ".b.md.new"));
}

TEST_F(WritePages, AFullDiskIsAnError) {
  // A temporary file that leads to a device without room.
  fs::create_symlink("/dev/full", directory + "/.a.md.new");
  const auto written = write_pages(directory, {{"a.md", "text"}});
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message(), HasSubstr("No space left on device"));
  EXPECT_TRUE(files().empty());
}

}  // namespace
}  // namespace bryo::kernel
