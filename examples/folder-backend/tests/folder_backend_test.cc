#include "folder_backend.h"

#include <bryo/contract/backend_contract.h>
#include <bryo/testing.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace folder {
namespace {

using bryo::testing::run;

class TextSource final : public bryo::ByteSource {
 public:
  explicit TextSource(std::string text, std::size_t piece = 7) : text_(std::move(text)), piece_(piece) {}
  bryo::Task<bryo::Result<std::size_t>> read(bryo::MutableBytes out) override {
    const std::size_t count = std::min({out.size(), piece_, text_.size() - at_});
    std::copy_n(bryo::as_bytes(text_).begin() + static_cast<std::ptrdiff_t>(at_), count, out.begin());
    at_ += count;
    co_return count;
  }

 private:
  std::string text_;
  std::size_t piece_;
  std::size_t at_ = 0;
};

class FolderBackendTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/folder-backend-XXXXXX";
    root_ = ::mkdtemp(name);
    put("b/a.txt", "alpha");
    put("b/a/1", "one");
    put("b/a/2", "two");
    put("b/a0", "a zero");
    put("b/z/deep/er", "deep");
    put("other/x", "x");
    auto tree = Tree::open(root_.string());
    ASSERT_TRUE(tree) << tree.error().message();
    backend_ = std::make_unique<FolderBackend>(std::make_shared<const Tree>(std::move(*tree)), host_.blocking());
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  void put(const std::string& path, const std::string& content) {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << content;
  }
  std::string content(const std::string& object) {
    auto found = run(backend_->read(bucket_, object));
    if (!found) return "<" + found.error().message() + ">";
    std::string out;
    std::vector<std::byte> piece(3);
    for (;;) {
      const auto count = run(found->content->read(piece));
      if (!count || *count == 0) return out;
      out += bryo::as_text(bryo::BytesView(piece).first(*count));
    }
  }
  /// All names, page by page; "|" between pages.
  std::string names(bryo::BackendListRequest request) {
    std::string out;
    for (;;) {
      auto page = run(backend_->list(bucket_, request));
      if (!page) return "<" + page.error().message() + ">";
      for (const auto& entry : page->entries) out += entry.name + " ";
      if (page->next.empty()) return out;
      request.token = page->next;
      out += "| ";
    }
  }

  std::filesystem::path root_;
  bryo::testing::FakeHost host_;
  std::unique_ptr<FolderBackend> backend_;
  const bryo::BucketName bucket_{.provider = "folder", .name = "b"};
};

TEST_F(FolderBackendTest, SubdirectoriesAreBuckets) {
  EXPECT_EQ(*run(backend_->list_buckets()), (std::vector<std::string>{"b", "other"}));
  EXPECT_TRUE(run(backend_->head_bucket(bucket_)));
  const auto missing = run(backend_->head_bucket({.provider = "folder", .name = "nope"}));
  EXPECT_EQ(missing.error().code(), bryo::Errc::NotFound);
  EXPECT_EQ(missing.error().message(), "bucket \"folder://nope\" does not exist");
}

TEST_F(FolderBackendTest, NamesComeInBytewiseOrderWhateverThePage) {
  EXPECT_EQ(names({}), "a.txt a/1 a/2 a0 z/deep/er ");
  EXPECT_EQ(names({.limit = 2}), "a.txt a/1 | a/2 a0 | z/deep/er ");
  EXPECT_EQ(names({.limit = 1}), "a.txt | a/1 | a/2 | a0 | z/deep/er ");
  EXPECT_EQ(names({.limit = 5}), "a.txt a/1 a/2 a0 z/deep/er ");
}

TEST_F(FolderBackendTest, PrefixesAndDirectories) {
  EXPECT_EQ(names({.prefix = "a"}), "a.txt a/1 a/2 a0 ");
  EXPECT_EQ(names({.prefix = "a/"}), "a/1 a/2 ");
  EXPECT_EQ(names({.prefix = "z/de"}), "z/deep/er ");
  EXPECT_EQ(names({.prefix = "q"}), "");
  EXPECT_EQ(names({.recursive = false}), "a.txt a/ a0 z/ ");
  EXPECT_EQ(names({.limit = 1, .recursive = false}), "a.txt | a/ | a0 | z/ ");
  EXPECT_EQ(names({.prefix = "z/", .recursive = false}), "z/deep/ ");
}

TEST_F(FolderBackendTest, ReadsWithSizeAndTag) {
  EXPECT_EQ(content("a/2"), "two");
  const auto head = run(backend_->head(bucket_, "a/2"));
  EXPECT_EQ(head->size, 3u);
  EXPECT_EQ(head->custom.front(), (std::pair<std::string, std::string>{"source", "folder"}));
  EXPECT_EQ(content("a"), "<folder://b/a does not exist>");
  EXPECT_EQ(content("nope"), "<folder://b/nope does not exist>");
}

TEST_F(FolderBackendTest, NothingLeadsOutOfTheRoot) {
  std::filesystem::create_symlink("/etc/hostname", root_ / "b/out");
  std::filesystem::create_directory_symlink("/etc", root_ / "b/etc");
  EXPECT_TRUE(content("out").starts_with("<"));
  EXPECT_TRUE(content("etc/hostname").starts_with("<"));
  EXPECT_TRUE(content("../../etc/hostname").starts_with("<"));
  EXPECT_EQ(names({}), "a.txt a/1 a/2 a0 z/deep/er ");
  ASSERT_EQ(::mkfifo((root_ / "b/fifo").c_str(), 0600), 0);
  EXPECT_TRUE(content("fifo").starts_with("<"));
}

TEST_F(FolderBackendTest, WritesWholeFilesOrNothing) {
  TextSource source("new content");
  const auto written = run(backend_->write(bucket_, "n/e/w", {.size = 11}, source));
  ASSERT_TRUE(written) << written.error().message();
  EXPECT_EQ(written->size, 11u);
  EXPECT_EQ(content("n/e/w"), "new content");

  TextSource too_short("half");
  EXPECT_FALSE(run(backend_->write(bucket_, "a.txt", {.size = 100}, too_short)));
  EXPECT_EQ(content("a.txt"), "alpha");
  EXPECT_EQ(names({.prefix = ""}), "a.txt a/1 a/2 a0 n/e/w z/deep/er ");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root_)) {
    EXPECT_FALSE(entry.path().filename().string().starts_with(".bryo-")) << entry.path();
  }

  TextSource again("x");
  const auto nowhere = run(backend_->write({.provider = "folder", .name = "nope"}, "o", {.size = 1}, again));
  EXPECT_EQ(nowhere.error().code(), bryo::Errc::NotFound);
}

TEST_F(FolderBackendTest, Removes) {
  EXPECT_TRUE(run(backend_->remove(bucket_, "a/1")));
  EXPECT_EQ(content("a/1"), "<folder://b/a/1 does not exist>");
  EXPECT_EQ(run(backend_->remove(bucket_, "a/1")).error().message(), "folder://b/a/1 does not exist");
}

TEST(Tree, SaysWhatIsWrongWithItsRoot) {
  const auto tree = Tree::open("/no/such/folder");
  ASSERT_FALSE(tree);
  EXPECT_NE(tree.error().message().find("/no/such/folder"), std::string::npos);
}

/// What every backend must do, from the SDK.
struct FolderUnderContract {
  FolderUnderContract() {
    char name[] = "/tmp/folder-backend-XXXXXX";
    root = ::mkdtemp(name);
    std::filesystem::create_directories(root / "b");
  }
  ~FolderUnderContract() { std::filesystem::remove_all(root); }

  static constexpr bool kWrites = true;
  bryo::BucketName bucket() { return {.provider = "folder", .name = "b"}; }
  std::unique_ptr<bryo::Backend> make() {
    auto tree = Tree::open(root.string());
    EXPECT_TRUE(tree) << tree.error().message();
    return std::make_unique<FolderBackend>(std::make_shared<const Tree>(std::move(*tree)), host.blocking());
  }
  void put(const std::string& object, const std::string& content) {
    const auto path = root / "b" / object;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
  }

  std::filesystem::path root;
  bryo::testing::FakeHost host;
};

}  // namespace
}  // namespace folder

namespace bryo::contract {
INSTANTIATE_TYPED_TEST_SUITE_P(Folder, BackendContract, folder::FolderUnderContract);
}
