#include <gtest/gtest.h>
#include <kernel/archive/archive_registry.h>
#include <kernel/archive/member_table.h>
#include <kernel/runtime/thread_pool.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <cstring>

namespace bryo::kernel {
namespace {

class TextObject final : public OpenObject {
 public:
  TextObject(std::string text, std::uint64_t stamp) : OpenObject(text.size(), stamp), text_(std::move(text)) {}
  [[nodiscard]] std::optional<Status> try_read(std::uint64_t at, MutableBytes out) const override {
    return read_blocking(at, out);
  }
  [[nodiscard]] Task<Status> read(std::uint64_t at, MutableBytes out) const override {
    co_return read_blocking(at, out);
  }
  [[nodiscard]] Status read_blocking(std::uint64_t at, MutableBytes out) const override {
    std::memcpy(out.data(), text_.data() + at, out.size());
    return {};
  }
  void will_need(std::uint64_t, std::uint64_t) const override {}
  [[nodiscard]] Result<std::shared_ptr<const ObjectAttributes>> attributes() const override {
    return std::make_shared<const ObjectAttributes>();
  }

 private:
  std::string text_;
};

/// Finds members called m0, m1, ... for each byte of the archive after the first; "!" is damage.
class CountingReader final : public ArchiveReader {
 public:
  Status index(const OpenObject& archive, std::string_view label, MemberSink& members) const override {
    ++passes;
    std::string text(archive.size(), '\0');
    BRYO_CHECK(archive.read_blocking(0, std::as_writable_bytes(std::span(text))));
    if (text.empty()) return Error(Errc::InvalidArgument, std::string(label) + ": empty");
    for (std::size_t i = 1; i < text.size(); ++i) {
      if (text[i] == '!') return Error(Errc::InvalidArgument, std::string(label) + ": damaged");
      BRYO_CHECK(members.add({.name = "m" + std::to_string(i - 1), .size = 1, .offset = i, .stored = true}));
    }
    return {};
  }
  mutable std::atomic<int> passes{0};
};

class ArchiveRegistryTest : public testing::Test {
 protected:
  ArchiveRegistryTest() {
    const std::size_t one = MemberTableBuilder(1 << 20, "ais://b/s.tar").finish("")->memory();
    registry_.start(pool_, 5 * one / 2);  // room for two indexes
    ArchiveFormat format;
    format.spec = {.name = ".tar",
                   .extensions = {".tar"},
                   .mime_names = {"application/x-tar"},
                   .content_type = "application/x-tar",
                   .magic = {{2, "MAGIC"}}};
    format.reader = reader_;
    EXPECT_TRUE(registry_.add(format, "archive_tar"));
  }

  Result<Shard> open(const ObjectPtr& object, const std::string& label) {
    boost::asio::io_context loop;
    auto shard = boost::asio::co_spawn(loop, registry_.open(object, label), boost::asio::use_future);
    loop.run();
    return shard.get();
  }
  static ObjectPtr object(std::uint64_t stamp, std::string text = "x") {
    return std::make_shared<TextObject>(std::move(text), stamp);
  }

  std::shared_ptr<CountingReader> reader_ = std::make_shared<CountingReader>();
  ThreadPool pool_{{.threads = 4}};
  ArchiveRegistry registry_;
};

TEST_F(ArchiveRegistryTest, KnowsAFormatByItsSpellings) {
  for (const char* mime : {"", "tar", ".tar", ".TAR", "application/x-tar"})
    EXPECT_TRUE(registry_.by_mime(mime)) << mime;
  const auto unknown = registry_.by_mime(".rar");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().message(), "unknown mime type \".rar\"");
  EXPECT_EQ(unknown.error().tcode(), "errUnknownMime");
}

TEST_F(ArchiveRegistryTest, RefusesASecondOwnerOfAnExtension) {
  ArchiveFormat other;
  other.spec.extensions = {".tar"};
  const Status status = registry_.add(other, "my_tar");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message(),
            "archive format '.tar' of 'my_tar' is already provided by 'archive_tar': enable one of them");
}

TEST_F(ArchiveRegistryTest, RecognisesBySuffixThenByContent) {
  EXPECT_TRUE(open(object(1), "ais://b/s.tar"));
  EXPECT_TRUE(open(object(2, "..MAGIC"), "ais://b/nosuffix"));
  const auto plain = open(object(3, "..MAGI"), "ais://b/dir/o00");
  ASSERT_FALSE(plain);
  EXPECT_EQ(plain.error().message(), "unrecognized or unsupported file format: \"o00\"");
}

TEST_F(ArchiveRegistryTest, IndexesAVersionOnceAndAnotherVersionAgain) {
  const ObjectPtr first = object(1);
  EXPECT_FALSE(registry_.try_open(first));
  EXPECT_TRUE(open(first, "ais://b/s.tar"));
  EXPECT_TRUE(open(first, "ais://b/s.tar"));
  EXPECT_TRUE(registry_.try_open(first));
  EXPECT_EQ(reader_->passes, 1);
  EXPECT_FALSE(registry_.try_open(object(2)));
  EXPECT_TRUE(open(object(2), "ais://b/s.tar"));
  EXPECT_EQ(reader_->passes, 2);
}

TEST_F(ArchiveRegistryTest, DropsTheLeastRecentlyUsed) {
  const ObjectPtr a = object(1), b = object(2), c = object(3);
  EXPECT_TRUE(open(a, "ais://b/a.tar"));
  EXPECT_TRUE(open(b, "ais://b/b.tar"));
  EXPECT_TRUE(registry_.try_open(a));
  EXPECT_TRUE(open(c, "ais://b/c.tar"));
  EXPECT_TRUE(registry_.try_open(a));
  EXPECT_FALSE(registry_.try_open(b));
  registry_.set_cache_limit(0);
  EXPECT_FALSE(registry_.try_open(a));
}

TEST_F(ArchiveRegistryTest, ManyWhoAskAtOnceShareOnePass) {
  boost::asio::io_context loop;
  const ObjectPtr shard = object(1);
  std::vector<std::future<Result<Shard>>> results;
  for (int i = 0; i < 100; ++i) {
    results.push_back(boost::asio::co_spawn(loop, registry_.open(shard, "ais://b/s.tar"), boost::asio::use_future));
  }
  loop.run();
  for (auto& result : results) EXPECT_TRUE(result.get());
  EXPECT_EQ(reader_->passes, 1);
}

TEST_F(ArchiveRegistryTest, ADamagedShardIsLookedAtAgain) {
  const ObjectPtr bad = object(1, "");
  EXPECT_EQ(open(bad, "ais://b/s.tar").error().message(), "ais://b/s.tar: empty");
  EXPECT_FALSE(open(bad, "ais://b/s.tar"));
  EXPECT_EQ(reader_->passes, 2);
}

TEST_F(ArchiveRegistryTest, MembersBeforeADamageAreGood) {
  const auto shard = open(object(1, "xab!c"), "ais://b/s.tar");
  ASSERT_TRUE(shard) << shard.error().message();
  EXPECT_EQ(shard->index->find("m1")->offset, 2u);
  EXPECT_EQ(shard->index->why_missing("m2").error().message(), "ais://b/s.tar: damaged");
}

TEST_F(ArchiveRegistryTest, AnIndexThatIsTooLargeIsRefusedAsAWhole) {
  registry_.set_max_index(300);
  EXPECT_EQ(open(object(1, std::string(100, 'x')), "ais://b/s.tar").error().status(), 413);
  registry_.set_max_index(1 << 20);
  EXPECT_TRUE(open(object(1, std::string(100, 'x')), "ais://b/s.tar"));
}

}  // namespace
}  // namespace bryo::kernel
