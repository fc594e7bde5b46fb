#pragma once

/// What every backend must do, as a suite of GoogleTest. A subject has a bucket of its provider that is there and
/// empty:
///
///   struct Subject {                              // default constructible, one for each case
///     std::unique_ptr<bryo::Backend> make();      // called several times; all serve the same buckets
///     bryo::BucketName bucket();
///     void put(const std::string& object, const std::string& content);   // behind the backend's back
///     static constexpr bool kWrites = true;       // false: write and remove answer Unsupported
///   };
///   namespace bryo::contract {
///   INSTANTIATE_TYPED_TEST_SUITE_P(Mine, BackendContract, Subject);
///   }

#include <bryo/testing.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace bryo::contract {

/// Content that arrives in pieces, may fail, and may say more or less than was announced.
class PieceSource final : public ByteSource {
 public:
  explicit PieceSource(std::string text, std::size_t piece = 1'000) : text_(std::move(text)), piece_(piece) {}
  /// Fails after this many bytes.
  std::size_t fails_at = ~std::size_t{0};
  /// Suspends the reader before each piece.
  bool slow = false;

  Task<Result<std::size_t>> read(MutableBytes out) override {
    if (slow) {
      const auto executor = co_await boost::asio::this_coro::executor;
      co_await boost::asio::post(executor, boost::asio::use_awaitable);
    }
    if (at_ >= fails_at) co_return Error(Errc::Cancelled, "the client is gone");
    const std::size_t count = std::min({out.size(), piece_, text_.size() - at_});
    std::memcpy(out.data(), text_.data() + at_, count);
    at_ += count;
    co_return count;
  }

 private:
  const std::string text_;
  const std::size_t piece_;
  std::size_t at_ = 0;
};

inline ObjectAttributes sized(std::uint64_t size) {
  ObjectAttributes out;
  out.size = size;
  return out;
}

template <class Subject>
class BackendContract : public ::testing::Test {
 protected:
  static Result<std::string> drain(ByteSource& source, std::size_t piece) {
    std::string out;
    std::vector<std::byte> buffer(piece);
    for (;;) {
      auto count = testing::run(source.read(buffer));
      if (!count) return count.error();
      if (*count == 0) return out;
      EXPECT_LE(*count, buffer.size());
      out.append(as_text(BytesView(buffer).first(*count)));
    }
  }
  /// The content, or "<sentence>".
  std::string content(const std::string& object, std::size_t piece = 64 << 10) {
    auto found = testing::run(backend->read(bucket, object));
    if (!found) {
      EXPECT_FALSE(found.error().message().empty());
      return "<" + found.error().message() + ">";
    }
    const auto bytes = drain(*found->content, piece);
    if (!bytes) return "<" + bytes.error().message() + ">";
    EXPECT_EQ(found->attributes.size, bytes->size()) << "the size that was announced";
    return *bytes;
  }
  /// All entries, page by page.
  std::vector<BackendEntry> listed(BackendListRequest request = {}) {
    std::vector<BackendEntry> out;
    for (int pages = 0; pages < 10'000; ++pages) {
      auto page = testing::run(backend->list(bucket, request));
      EXPECT_TRUE(page) << page.error().message();
      if (!page) return out;
      EXPECT_LE(page->entries.size(), request.limit);
      EXPECT_LE(page->next.size(), 1024u);
      out.insert(out.end(), page->entries.begin(), page->entries.end());
      if (page->next.empty()) return out;
      EXPECT_NE(page->next, request.token) << "the listing does not move";
      request.token = page->next;
    }
    ADD_FAILURE() << "the listing does not end";
    return out;
  }
  std::vector<std::string> names(BackendListRequest request = {}) {
    std::vector<std::string> out;
    for (const auto& entry : listed(std::move(request))) out.push_back(entry.name);
    return out;
  }
  Result<ObjectAttributes> write(const std::string& object, const std::string& content, std::uint64_t announced) {
    PieceSource source(content);
    return testing::run(backend->write(bucket, object, sized(announced), source));
  }
  bool can_write() const { return Subject::kWrites; }

  Subject subject;
  std::unique_ptr<Backend> backend = subject.make();
  const BucketName bucket = subject.bucket();
  const BucketName missing{.provider = bucket.provider, .name = "no-such-bucket"};
};
TYPED_TEST_SUITE_P(BackendContract);

TYPED_TEST_P(BackendContract, TheProviderHasAName) {
  const auto canonical = canonical_provider(this->bucket.provider);
  ASSERT_TRUE(canonical) << canonical.error().message();
  EXPECT_EQ(*canonical, this->bucket.provider);
  EXPECT_TRUE(is_remote(this->bucket));
}
TYPED_TEST_P(BackendContract, TheBucketIsThereAndNamed) {
  EXPECT_TRUE(testing::run(this->backend->head_bucket(this->bucket)));
  const auto all = testing::run(this->backend->list_buckets());
  ASSERT_TRUE(all) << all.error().message();
  EXPECT_NE(std::find(all->begin(), all->end(), this->bucket.name), all->end());
  EXPECT_TRUE(this->names().empty());
}
TYPED_TEST_P(BackendContract, AMissingBucketIsNamed) {
  const Status found = testing::run(this->backend->head_bucket(this->missing));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code(), Errc::NotFound);
  EXPECT_NE(found.error().message().find(this->missing.uri()), std::string::npos) << found.error().message();
}
TYPED_TEST_P(BackendContract, NothingIsInAMissingBucket) {
  EXPECT_FALSE(testing::run(this->backend->head(this->missing, "o")));
  EXPECT_FALSE(testing::run(this->backend->read(this->missing, "o")));
  EXPECT_FALSE(testing::run(this->backend->list(this->missing, {})));
  PieceSource source("x");
  EXPECT_FALSE(testing::run(this->backend->write(this->missing, "o", sized(1), source)));
  EXPECT_FALSE(testing::run(this->backend->remove(this->missing, "o")));
  EXPECT_FALSE(testing::run(this->backend->head_bucket(this->missing))) << "writing made the bucket";
}
TYPED_TEST_P(BackendContract, AMissingObjectIsNamed) {
  const auto head = testing::run(this->backend->head(this->bucket, "no/such"));
  const auto read = testing::run(this->backend->read(this->bucket, "no/such"));
  ASSERT_FALSE(head || read);
  EXPECT_EQ(head.error().code(), Errc::NotFound);
  EXPECT_EQ(read.error().code(), Errc::NotFound);
  EXPECT_NE(head.error().message().find(this->bucket.uri() + "/no/such"), std::string::npos) << head.error().message();
}
TYPED_TEST_P(BackendContract, ReadsWhatIsThere) {
  this->subject.put("a/b", "content");
  EXPECT_EQ(this->content("a/b"), "content");
  EXPECT_EQ(testing::run(this->backend->head(this->bucket, "a/b"))->size, 7u);
}
TYPED_TEST_P(BackendContract, EmptyObjects) {
  this->subject.put("empty", "");
  EXPECT_EQ(this->content("empty"), "");
  EXPECT_EQ(testing::run(this->backend->head(this->bucket, "empty"))->size, 0u);
}
TYPED_TEST_P(BackendContract, LargeAndBinaryObjects) {
  std::string large(5 << 20, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 2654435761u >> 13);
  this->subject.put("large", large);
  EXPECT_TRUE(this->content("large") == large);
}
TYPED_TEST_P(BackendContract, PiecesOfAnySize) {
  const std::string text(3'001, 'p');
  this->subject.put("o", text);
  for (const std::size_t piece : {1u, 7u, 3'000u, 3'001u, 1u << 20}) {
    EXPECT_EQ(this->content("o", piece), text) << piece;
  }
}
TYPED_TEST_P(BackendContract, TheEndStaysTheEnd) {
  this->subject.put("o", "x");
  auto found = testing::run(this->backend->read(this->bucket, "o"));
  ASSERT_TRUE(found);
  EXPECT_EQ(*this->drain(*found->content, 10), "x");
  std::byte more[4];
  EXPECT_EQ(*testing::run(found->content->read(more)), 0u);
}
TYPED_TEST_P(BackendContract, AReadMayBeGivenUpAnywhere) {
  this->subject.put("o", std::string(300'000, 'x'));
  for (int pieces = 0; pieces < 3; ++pieces) {
    auto found = testing::run(this->backend->read(this->bucket, "o"));
    ASSERT_TRUE(found);
    std::vector<std::byte> buffer(1'000);
    for (int i = 0; i < pieces; ++i) EXPECT_TRUE(testing::run(found->content->read(buffer)));
  }
  EXPECT_EQ(this->content("o").size(), 300'000u);
}
TYPED_TEST_P(BackendContract, TwoReadersOfOneObjectDoNotShareAnything) {
  this->subject.put("o", std::string(100'000, 'x') + "end");
  auto first = testing::run(this->backend->read(this->bucket, "o"));
  auto second = testing::run(this->backend->read(this->bucket, "o"));
  ASSERT_TRUE(first && second);
  EXPECT_EQ(this->drain(*first->content, 999)->size(), 100'003u);
  EXPECT_EQ(this->drain(*second->content, 1'001)->size(), 100'003u);
}
TYPED_TEST_P(BackendContract, HeadReadAndListAgree) {
  this->subject.put("same", "content");
  const auto head = testing::run(this->backend->head(this->bucket, "same"));
  const auto read = testing::run(this->backend->read(this->bucket, "same"));
  const auto list = this->listed();
  ASSERT_TRUE(head && read && list.size() == 1);
  EXPECT_EQ(head->size, read->attributes.size);
  EXPECT_EQ(head->version, read->attributes.version);
  EXPECT_EQ(head->custom, read->attributes.custom);
  EXPECT_EQ(head->size, list[0].attributes.size);
  if (!list[0].attributes.version.empty()) {
    EXPECT_EQ(list[0].attributes.version, head->version);
  }
}
TYPED_TEST_P(BackendContract, AnotherContentHasAnotherTag) {
  this->subject.put("o", "one");
  const auto before = testing::run(this->backend->head(this->bucket, "o"));
  this->subject.put("o", "another one");
  const auto after = testing::run(this->backend->head(this->bucket, "o"));
  ASSERT_TRUE(before && after);
  EXPECT_EQ(after->size, 11u);
  EXPECT_EQ(this->content("o"), "another one");
}

TYPED_TEST_P(BackendContract, NamesComeInBytewiseOrderWhateverThePage) {
  const std::set<std::string> all{"A", "a", "a!", "a-b", "a.txt", "a/1", "a/2/x", "a0", "b", "z/deep/er", "~"};
  for (const auto& name : all) {
    if (name != "a") this->subject.put(name, name);  // a file and a directory cannot always have one name
  }
  std::vector<std::string> expected(all.begin(), all.end());
  expected.erase(std::find(expected.begin(), expected.end(), "a"));
  for (const std::size_t limit : {1u, 2u, 3u, 9u, 10u, 11u, 1000u}) {
    EXPECT_EQ(this->names({.limit = limit}), expected) << "pages of " << limit;
  }
}
TYPED_TEST_P(BackendContract, Prefixes) {
  for (const auto* name : {"a.txt", "ab/1", "ab/2", "abc", "b"}) this->subject.put(name, "x");
  using Names = std::vector<std::string>;
  EXPECT_EQ(this->names({.prefix = "ab"}), (Names{"ab/1", "ab/2", "abc"}));
  EXPECT_EQ(this->names({.prefix = "ab/"}), (Names{"ab/1", "ab/2"}));
  EXPECT_EQ(this->names({.prefix = "ab/1"}), (Names{"ab/1"}));
  EXPECT_EQ(this->names({.prefix = "ab", .limit = 1}), (Names{"ab/1", "ab/2", "abc"}));
  EXPECT_TRUE(this->names({.prefix = "zzz"}).empty());
  EXPECT_TRUE(this->names({.prefix = "../"}).empty());
  EXPECT_TRUE(this->names({.prefix = "/"}).empty());
}
TYPED_TEST_P(BackendContract, Directories) {
  for (const auto* name : {"a.txt", "d/1", "d/2", "d/e/3", "z"}) this->subject.put(name, "x");
  using Names = std::vector<std::string>;
  for (const std::size_t limit : {1u, 2u, 100u}) {
    EXPECT_EQ(this->names({.limit = limit, .recursive = false}), (Names{"a.txt", "d/", "z"})) << limit;
    EXPECT_EQ(this->names({.prefix = "d/", .limit = limit, .recursive = false}), (Names{"d/1", "d/2", "d/e/"}));
  }
  for (const auto& entry : this->listed({.recursive = false})) {
    EXPECT_EQ(entry.directory, entry.name.ends_with('/')) << entry.name;
  }
}
TYPED_TEST_P(BackendContract, ManyNames) {
  std::set<std::string> all;
  for (int i = 0; i < 500; ++i) all.insert("d" + std::to_string(i % 7) + "/" + std::to_string(i));
  for (const auto& name : all) this->subject.put(name, "");
  EXPECT_EQ(this->names({.limit = 33}), std::vector<std::string>(all.begin(), all.end()));
}
TYPED_TEST_P(BackendContract, ATokenOfAnotherMakeIsNoSurprise) {
  this->subject.put("a", "x");
  this->subject.put("b", "x");
  for (const std::string token : {std::string("a"), std::string("zzz"), std::string("../.."), std::string("\xff\x01\n"),
                                  std::string(1024, 't')}) {
    const auto page = testing::run(this->backend->list(this->bucket, {.token = token}));
    if (!page) {
      EXPECT_FALSE(page.error().message().empty());
    }
  }
}
TYPED_TEST_P(BackendContract, NamesOfAllKinds) {
  const std::set<std::string> all{"with blank",  "quote\"", "percent%41", "plus+and&", "\xc3\xbc\xe2\x82\xac",
                                  "hash#?query", "a=b;c",   "..dots",     "-rf",       "$(sh)"};
  for (const auto& name : all) this->subject.put(name, name);
  EXPECT_EQ(this->names(), std::vector<std::string>(all.begin(), all.end()));
  for (const auto& name : all) EXPECT_EQ(this->content(name), name);
}
TYPED_TEST_P(BackendContract, HugeNames) {
  std::string name;
  while (name.size() < 900) name += std::string(89, 'd') + "/";
  name += "end";
  this->subject.put(name, "x");
  EXPECT_EQ(this->content(name), "x");
  EXPECT_EQ(this->names(), (std::vector<std::string>{name}));
  const auto longest = testing::run(this->backend->head(this->bucket, std::string(kMaxObjectName, 'n')));
  EXPECT_FALSE(longest);
}
TYPED_TEST_P(BackendContract, NoNameLeadsOutOfTheBucket) {
  this->subject.put("inside", "x");
  const auto up = "a/../../" + this->bucket.name + "/inside";
  EXPECT_FALSE(testing::run(this->backend->head(this->bucket, up))) << "another bucket could be read so";
  for (const std::string name :
       {"../inside", "../../etc/passwd", "/etc/passwd", "./../x", "a/../../x", "..", ".", "", "no\nsuch"}) {
    EXPECT_FALSE(testing::run(this->backend->head(this->bucket, name))) << name;
    EXPECT_FALSE(testing::run(this->backend->read(this->bucket, name))) << name;
    EXPECT_FALSE(testing::run(this->backend->remove(this->bucket, name))) << name;
    PieceSource source("x");
    if (name.find("..") != std::string::npos) {
      EXPECT_FALSE(testing::run(this->backend->write(this->bucket, name, sized(1), source))) << name;
    }
  }
  EXPECT_EQ(this->content("inside"), "x");
}

TYPED_TEST_P(BackendContract, AReadOnlyProviderSaysSo) {
  if (this->can_write()) return;
  const auto written = this->write("o", "x", 1);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code(), Errc::Unsupported);
  EXPECT_EQ(testing::run(this->backend->remove(this->bucket, "o")).error().code(), Errc::Unsupported);
}
TYPED_TEST_P(BackendContract, WritesAndReadsBack) {
  if (!this->can_write()) return;
  for (const std::size_t size : {0u, 1u, 1'000u, 300'000u}) {
    const std::string name = "w/" + std::to_string(size);
    const auto written = this->write(name, std::string(size, 'w'), size);
    ASSERT_TRUE(written) << written.error().message();
    EXPECT_EQ(written->size, size);
    EXPECT_EQ(this->content(name), std::string(size, 'w'));
    EXPECT_EQ(testing::run(this->backend->head(this->bucket, name))->version, written->version);
  }
}
TYPED_TEST_P(BackendContract, OverwritesWithShorterAndLonger) {
  if (!this->can_write()) return;
  for (const std::string content : {"first", "the second is longer", "3"}) {
    ASSERT_TRUE(this->write("o", content, content.size()));
    EXPECT_EQ(this->content("o"), content);
  }
  EXPECT_EQ(this->names(), (std::vector<std::string>{"o"}));
}
TYPED_TEST_P(BackendContract, HalfAWriteLeavesNoTrace) {
  if (!this->can_write()) return;
  this->subject.put("old", "old content");
  for (const std::string name : {"old", "new", "new/deep/er"}) {
    EXPECT_FALSE(this->write(name, "short", 100)) << "the source ended early";
    EXPECT_FALSE(this->write(name, std::string(5'000, 'l'), 100)) << "the source did not end";
    PieceSource gone(std::string(5'000, 'x'));
    gone.fails_at = 2'000;
    const auto cut = testing::run(this->backend->write(this->bucket, name, sized(5'000), gone));
    ASSERT_FALSE(cut);
    EXPECT_EQ(cut.error().code(), Errc::Cancelled) << "the source's own error is answered";
  }
  EXPECT_EQ(this->content("old"), "old content");
  EXPECT_EQ(this->names(), (std::vector<std::string>{"old"}));
}
TYPED_TEST_P(BackendContract, AWriteAbandonedAnywhereLeavesNoTrace) {
  if (!this->can_write()) return;
  for (int steps = 0; steps < 12; ++steps) {
    PieceSource source(std::string(8'000, 'x'));
    source.slow = true;
    bool ended = false;
    {
      boost::asio::io_context loop;
      boost::asio::co_spawn(loop, this->backend->write(this->bucket, "abandoned", sized(8'000), source),
                            [&](std::exception_ptr, const Result<ObjectAttributes>&) { ended = true; });
      for (int i = 0; i < steps; ++i) loop.poll_one();
    }
    if (ended) break;
    EXPECT_TRUE(this->names().empty()) << "after " << steps << " steps";
  }
}
TYPED_TEST_P(BackendContract, AReaderKeepsTheContentItOpened) {
  if (!this->can_write()) return;
  const std::string before(400'000, 'b');
  ASSERT_TRUE(this->write("o", before, before.size()));
  auto found = testing::run(this->backend->read(this->bucket, "o"));
  ASSERT_TRUE(found);
  std::byte first[100];
  ASSERT_TRUE(testing::run(found->content->read(first)));
  ASSERT_TRUE(this->write("o", std::string(400'000, 'a'), 400'000));
  const auto rest = this->drain(*found->content, 10'000);
  if (!rest) return;  // an error is allowed, a mixture is not
  EXPECT_EQ(rest->find('a'), std::string::npos);
}
TYPED_TEST_P(BackendContract, Removes) {
  if (!this->can_write()) return;
  this->subject.put("a/1", "x");
  this->subject.put("a/2", "x");
  EXPECT_TRUE(testing::run(this->backend->remove(this->bucket, "a/1")));
  EXPECT_EQ(this->names(), (std::vector<std::string>{"a/2"}));
  const Status again = testing::run(this->backend->remove(this->bucket, "a/1"));
  if (!again) {
    EXPECT_EQ(again.error().code(), Errc::NotFound);  // cloud providers call it done
  }
}
TYPED_TEST_P(BackendContract, ManyThreadsAtOnce) {
  for (int i = 0; i < 20; ++i)
    this->subject.put("r/" + std::to_string(i), std::string(1'000, static_cast<char>('a' + i)));
  std::atomic<int> wrong{0};
  const auto work = [&](int own) {
    for (int i = 0; i < 20; ++i) {
      auto found = testing::run(this->backend->read(this->bucket, "r/" + std::to_string(i)));
      if (!found || *this->drain(*found->content, 300) != std::string(1'000, static_cast<char>('a' + i))) ++wrong;
      if (!this->can_write()) continue;
      const std::string name = "w/" + std::to_string(own) + "/" + std::to_string(i);
      if (!this->write(name, name, name.size()) || this->content(name) != name) ++wrong;
      const auto page = testing::run(this->backend->list(this->bucket, {.limit = 5}));
      if (!page || page->entries.size() != 5) ++wrong;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(work, i);
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(this->names().size(), this->can_write() ? 100u : 20u);
}
TYPED_TEST_P(BackendContract, TwoWritersOfOneNameLeaveOneOfBoth) {
  if (!this->can_write()) return;
  std::vector<std::thread> threads;
  for (const char c : {'a', 'b'}) {
    threads.emplace_back([this, c] {
      for (int i = 0; i < 20; ++i) (void)this->write("o", std::string(50'000, c), 50'000);
    });
  }
  for (auto& thread : threads) thread.join();
  const std::string left = this->content("o");
  ASSERT_EQ(left.size(), 50'000u) << left.substr(0, 100);
  EXPECT_EQ(left, std::string(50'000, left.front()));
  EXPECT_EQ(this->names(), (std::vector<std::string>{"o"}));
}
TYPED_TEST_P(BackendContract, AnotherInstanceSeesTheSame) {
  this->subject.put("o", "x");
  const auto other = this->subject.make();
  EXPECT_EQ(testing::run(other->head(this->bucket, "o"))->size, 1u);
  if (!this->can_write()) return;
  ASSERT_TRUE(this->write("written", "y", 1));
  EXPECT_EQ(testing::run(other->head(this->bucket, "written"))->size, 1u);
}

REGISTER_TYPED_TEST_SUITE_P(BackendContract, TheProviderHasAName, TheBucketIsThereAndNamed, AMissingBucketIsNamed,
                            NothingIsInAMissingBucket, AMissingObjectIsNamed, ReadsWhatIsThere, EmptyObjects,
                            LargeAndBinaryObjects, PiecesOfAnySize, TheEndStaysTheEnd, AReadMayBeGivenUpAnywhere,
                            TwoReadersOfOneObjectDoNotShareAnything, HeadReadAndListAgree, AnotherContentHasAnotherTag,
                            NamesComeInBytewiseOrderWhateverThePage, Prefixes, Directories, ManyNames,
                            ATokenOfAnotherMakeIsNoSurprise, NamesOfAllKinds, HugeNames, NoNameLeadsOutOfTheBucket,
                            AReadOnlyProviderSaysSo, WritesAndReadsBack, OverwritesWithShorterAndLonger,
                            HalfAWriteLeavesNoTrace, AWriteAbandonedAnywhereLeavesNoTrace,
                            AReaderKeepsTheContentItOpened, Removes, ManyThreadsAtOnce,
                            TwoWritersOfOneNameLeaveOneOfBoth, AnotherInstanceSeesTheSame);

}  // namespace bryo::contract
