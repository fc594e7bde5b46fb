#include <gtest/gtest.h>
#include <kernel/node/data_dir.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace bryo::kernel {
namespace {

namespace fs = std::filesystem;

class DataDirTest : public testing::Test {
 protected:
  DataDirTest() {
    std::string pattern = testing::TempDir() + "bryo-data-dir-XXXXXX";
    path_ = ::mkdtemp(pattern.data());
  }
  ~DataDirTest() override { fs::remove_all(path_); }

  std::string path_;
};

TEST_F(DataDirTest, KeepsTheIdOverRestarts) {
  auto first = DataDir::open(path_);
  ASSERT_TRUE(first) << first.error().message();
  const auto id = (*first)->node_id();
  ASSERT_TRUE(id);
  EXPECT_EQ(id->size(), 8u);
  first->reset();
  auto second = DataDir::open(path_);
  ASSERT_TRUE(second);
  EXPECT_EQ((*second)->node_id().value(), *id);
}

TEST_F(DataDirTest, RefusesASecondProcessAndNamesTheFirst) {
  auto first = DataDir::open(path_);
  ASSERT_TRUE(first);
  const auto second = DataDir::open(path_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message(), "another bryod (process " + std::to_string(::getpid()) + ") runs on " +
                                          (*first)->path() + ": stop it, or choose another directory with --dir");
}

TEST_F(DataDirTest, AnnouncesItsUrlWhileItLives) {
  {
    auto dir = DataDir::open(path_);
    ASSERT_TRUE(dir);
    ASSERT_TRUE((*dir)->announce("http://127.0.0.1:8080"));
    std::string url;
    std::ifstream(path_ + "/run/url") >> url;
    EXPECT_EQ(url, "http://127.0.0.1:8080");
  }
  EXPECT_FALSE(fs::exists(path_ + "/run/url"));
}

TEST_F(DataDirTest, EmptiesASpoolThatACrashLeft) {
  fs::create_directories(path_ + "/spool/moss");
  std::ofstream(path_ + "/spool/moss/left") << "x";
  auto dir = DataDir::open(path_);
  ASSERT_TRUE(dir);
  ASSERT_TRUE(DataDir::spool(path_ + "/spool", "moss"));
  EXPECT_TRUE(fs::is_empty(path_ + "/spool/moss"));
}

TEST_F(DataDirTest, NamesAPathThatIsAFile) {
  std::ofstream(path_ + "/file") << "x";
  const auto dir = DataDir::open(path_ + "/file");
  ASSERT_FALSE(dir);
  EXPECT_NE(dir.error().message().find("node.data_dir \"" + path_ + "/file\" cannot be used"), std::string::npos)
      << dir.error().message();
}

}  // namespace
}  // namespace bryo::kernel
