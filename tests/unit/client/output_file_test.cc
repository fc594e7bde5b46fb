#include <bryo/client/output_file.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace bryo::client {
namespace {

namespace fs = std::filesystem;

class OutputFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "bryo-output-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }
  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::recursive_directory_iterator(folder_), {}));
  }
  static std::string content(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  fs::path folder_;
};

TEST_F(OutputFileTest, AppearsOnlyWhenCommitted) {
  auto file = OutputFile::create(path("new/folder/f"));
  ASSERT_TRUE(file) << file.error().message();
  ASSERT_TRUE(file->write(bytes_of("hello")));
  EXPECT_FALSE(fs::exists(path("new/folder/f")));
  ASSERT_TRUE(file->commit());
  EXPECT_EQ(content(path("new/folder/f")), "hello");
  EXPECT_EQ(files(), 3U) << "two folders and the file";
}

TEST_F(OutputFileTest, DroppedLeavesWhatWasThere) {
  std::ofstream(path("f")) << "old";
  {
    auto file = OutputFile::create(path("f"));
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write(bytes_of("half")));
  }
  EXPECT_EQ(content(path("f")), "old");
  EXPECT_EQ(files(), 1U);
}

TEST_F(OutputFileTest, LongestNameWorks) {
  const auto name = path(std::string(255, 'n'));
  auto file = OutputFile::create(name);
  ASSERT_TRUE(file) << file.error().message();
  ASSERT_TRUE(file->commit());
  EXPECT_TRUE(fs::exists(name));
}

TEST_F(OutputFileTest, DevicesAreWrittenDirectly) {
  auto file = OutputFile::create("/dev/null");
  ASSERT_TRUE(file);
  EXPECT_TRUE(file->write(bytes_of("x")));
  EXPECT_TRUE(file->commit());
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(OutputFileTest, FailuresNameThePath) {
  EXPECT_EQ(OutputFile::create(folder_.string()).error().message(), folder_.string() + " is a folder, not a file");
  std::ofstream(path("f")) << "x";
  EXPECT_TRUE(OutputFile::create(path("f/below")).error().message().find(path("f")) != std::string::npos);
  auto full = OutputFile::create("/dev/full");
  ASSERT_TRUE(full);
  const auto written = full->write(bytes_of("x"));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code(), Errc::OutOfSpace);
  EXPECT_EQ(written.error().message(), "cannot write /dev/full: No space left on device");
}

}  // namespace
}  // namespace bryo::client
