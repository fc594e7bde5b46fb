#include "store_fixture.h"

#include <kernel/runtime/sync_point.h>
#include <kernel/store/crc32c.h>
#include <kernel/store/uploads.h>

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace bryo::kernel::testing {
namespace {

using namespace std::chrono_literals;

class UploadTest : public StoreTest {
 protected:
  StoreConfig config() const override {
    StoreConfig out = StoreTest::config();
    out.upload_limit = 5;
    out.upload_age = 1h;
    return out;
  }
  Uploads& uploads() { return store->uploads(); }
  Result<UploadPtr> begin(UploadKind kind, const std::string& object = "o", const std::string& id = "upload-01") {
    return await(uploads().begin(kind, bucket, object, id, nullptr));
  }
  UploadPtr find(UploadKind kind, const std::string& id = "upload-01", const std::string& object = "o") {
    return uploads().find(id, kind, *bucket, object);
  }
  /// The size of the piece so far.
  Result<std::uint64_t> write(UploadPtr upload, std::uint32_t number, std::string_view content,
                              WriteOptions options = {}) {
    return await(write_task(std::move(upload), number, content, std::move(options)));
  }
  Result<ObjectAttributes> complete(UploadPtr upload, WriteOptions options = {}) {
    return await(complete_task(std::move(upload), std::move(options)));
  }
  ObjectAttributes attributes(const std::string& name = "o") { return **(*get(bucket, name))->attributes(); }
  std::optional<ChunkLayout> chunks(const std::string& name = "o") { return store->chunks_of(**get(bucket, name)); }
  bool nothing_left() {
    return std::filesystem::is_empty(directory.path() + "/mp0/uploads") &&
           std::filesystem::is_empty(directory.path() + "/mp0/work");
  }
  /// Runs `work` in a process that ends where `point` is.
  template <class Work>
  void crash_at(const char* point, Work work) {
    store.reset();
    const pid_t child = ::fork();
    if (child == 0) {
      open();
      const ScopedSyncPoint crash(point, [] { ::_exit(9); });
      work();
      ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(WEXITSTATUS(status), 9) << point;
    open();
  }

 private:
  Task<Result<std::uint64_t>> write_task(UploadPtr upload, std::uint32_t number, std::string_view content,
                                         WriteOptions options) {
    BRYO_CO_TRY(writer, co_await uploads().write(std::move(upload), bucket, number, std::move(options)));
    BRYO_CO_CHECK(co_await writer->write(as_bytes(content)));
    BRYO_CO_TRY(stored, co_await writer->commit());
    co_return stored.size;
  }
  Task<Result<ObjectAttributes>> complete_task(UploadPtr upload, WriteOptions options) {
    Result<FinishedContent> content = Error();
    if (upload->record().kind == UploadKind::Append) {
      content = co_await uploads().gathered(upload);
    } else {
      content = co_await uploads().assembled(upload);
    }
    if (!content) co_return std::move(content).error();
    BRYO_CO_TRY(writer, co_await store->create_of(bucket, upload->record().object, std::move(options),
                                                  *std::move(content), {}));
    BRYO_CO_TRY(stored, co_await writer->commit());
    BRYO_CO_CHECK(co_await uploads().remove(std::move(upload)));
    co_return stored;
  }
};

constexpr auto kAppend = UploadKind::Append;
constexpr auto kMultipart = UploadKind::Multipart;

TEST_F(UploadTest, AnAppendBecomesAnObjectAtItsEnd) {
  const auto upload = *begin(kAppend);
  EXPECT_EQ(*write(upload, 1, "hello "), 6u);
  EXPECT_EQ(*write(upload, 1, "world\n"), 12u);
  EXPECT_EQ(names(bucket), std::vector<std::string>{});
  const auto stored = complete(upload);
  ASSERT_TRUE(stored) << stored.error().message();
  EXPECT_EQ(content(bucket, "o"), "hello world\n");
  EXPECT_EQ(attributes().checksum_type, "xxhash2");
  EXPECT_EQ(attributes().checksum_value, "5215e13b207d6d8c");
  EXPECT_EQ(attributes().version, "1");
  EXPECT_FALSE(chunks());
  EXPECT_EQ(find(kAppend), nullptr);
  EXPECT_TRUE(nothing_left());
}

TEST_F(UploadTest, AnAppendToAnObject) {
  ASSERT_TRUE(put(bucket, "o", "hello "));
  const auto upload = *await(uploads().begin(kAppend, bucket, "o", "upload-01", *get(bucket, "o")));
  ASSERT_TRUE(put(bucket, "o", "other"));
  EXPECT_EQ(*write(upload, 1, "world\n"), 12u);
  EXPECT_EQ(content(bucket, "o"), "other");
  ASSERT_TRUE(complete(upload));
  EXPECT_EQ(content(bucket, "o"), "hello world\n");
  EXPECT_EQ(attributes().checksum_value, "5215e13b207d6d8c");
  EXPECT_EQ(attributes().version, "3");
}

TEST_F(UploadTest, AnAppendThatCannotBeginLeavesNothing) {
  ASSERT_TRUE(put(bucket, "o", "hello "));
  const ScopedFault fault("store.copy", ENOSPC);
  EXPECT_EQ(await(uploads().begin(kAppend, bucket, "o", "upload-01", *get(bucket, "o"))).error().code(),
            Errc::OutOfSpace);
  EXPECT_EQ(find(kAppend), nullptr);
  EXPECT_TRUE(nothing_left());
}

TEST_F(UploadTest, AnAppendOfNothing) {
  ASSERT_TRUE(complete(*begin(kAppend)));
  EXPECT_EQ(content(bucket, "o"), "");
  EXPECT_EQ(attributes().checksum_value, "ef46db3751d8e999");
}

TEST_F(UploadTest, AnAppendGoesOnAfterARestart) {
  ASSERT_TRUE(write(*begin(kAppend), 1, "hello "));
  open();
  const auto upload = find(kAppend);
  ASSERT_TRUE(upload);
  EXPECT_EQ(*write(upload, 1, "world\n"), 12u);
  const std::string crc = checksum_of(ChecksumType::Crc32c, as_bytes("hello world\n"));
  EXPECT_FALSE(complete(upload, {.expected_checksum = std::pair("crc32c", "00000000")}));
  ASSERT_TRUE(complete(upload, {.expected_checksum = std::pair(std::string("crc32c"), crc)}));
  EXPECT_EQ(content(bucket, "o"), "hello world\n");
  EXPECT_EQ(attributes().checksum_value, "5215e13b207d6d8c");
  EXPECT_TRUE(nothing_left());
}

TEST_F(UploadTest, AnAppendThatBreaksOffLeavesNothing) {
  const auto upload = *begin(kAppend);
  ASSERT_TRUE(write(upload, 1, "hello "));
  {
    const ScopedFault fault("store.write_piece", EIO);
    EXPECT_EQ(write(upload, 1, "lost").error().code(), Errc::Io);
  }
  {
    const ScopedFault fault("store.sync_piece", EIO);
    EXPECT_TRUE(write(upload, 1, ""));  // relaxed: nothing is synced
  }
  EXPECT_EQ(write(upload, 1, "wrong", {.expected_checksum = std::pair("md5", "00")}).error().code(), Errc::BadChecksum);
  EXPECT_EQ(*write(upload, 1, "world\n"), 12u);
  ASSERT_TRUE(complete(upload));
  EXPECT_EQ(content(bucket, "o"), "hello world\n");
  EXPECT_EQ(attributes().checksum_value, "5215e13b207d6d8c");
}

TEST_F(UploadTest, ACrashWhileAppendingKeepsWhatWasAcknowledged) {
  ASSERT_TRUE(write(*begin(kAppend), 1, "hello "));
  crash_at("store.piece_written", [&] { static_cast<void>(write(find(kAppend), 1, "lost")); });
  const auto upload = find(kAppend);
  ASSERT_TRUE(upload);
  EXPECT_EQ(upload->pieces()->at(1).size, 6u);
  ASSERT_TRUE(write(upload, 1, "world\n"));
  ASSERT_TRUE(complete(upload));
  EXPECT_EQ(content(bucket, "o"), "hello world\n");
}

TEST_F(UploadTest, ACrashAtTheEndLeavesTheUploadOrTheObject) {
  ASSERT_TRUE(put(bucket, "o", "old"));
  ASSERT_TRUE(write(*begin(kAppend), 1, "new"));
  for (const char* point : {"store.before_publish", "store.before_rename"}) {
    crash_at(point, [&] { static_cast<void>(complete(find(kAppend))); });
    EXPECT_EQ(content(bucket, "o"), "old") << point;
    ASSERT_TRUE(find(kAppend)) << point;
  }
  crash_at("store.published", [&] { static_cast<void>(complete(find(kAppend))); });
  EXPECT_EQ(content(bucket, "o"), "new");
  // It was the object's file: an append would have changed the object.
  EXPECT_EQ(find(kAppend), nullptr);
  EXPECT_TRUE(nothing_left());
}

TEST_F(UploadTest, PartsInOrderHaveTheBucketsChecksum) {
  const auto upload = *begin(kMultipart);
  ASSERT_TRUE(write(upload, 1, "hello "));
  ASSERT_TRUE(write(upload, 2, "world\n"));
  ASSERT_TRUE(complete(upload));
  EXPECT_EQ(content(bucket, "o"), "hello world\n");
  EXPECT_EQ(attributes().checksum_type, "xxhash2");
  EXPECT_EQ(attributes().checksum_value, "5215e13b207d6d8c");
  ASSERT_TRUE(chunks());
  EXPECT_EQ(chunks()->count, 2u);
  EXPECT_EQ(chunks()->max_size, 6u);
  EXPECT_TRUE(nothing_left());
  open();
  EXPECT_EQ(chunks()->count, 2u);
  const auto page = store->list_blocking(*bucket, {});
  EXPECT_TRUE(page->entries.at(0).chunked);
  ASSERT_TRUE(put(bucket, "o", "plain again"));
  EXPECT_FALSE(chunks());
}

TEST_F(UploadTest, PartsInAnyOrderHaveACrc) {
  const std::string whole = std::string(100'000, 'a') + std::string(70'001, 'b') + "c";
  struct Case {
    std::vector<std::uint32_t> order;
    bool restart;
  };
  for (const Case& c :
       {Case{{2, 1, 3}, false}, Case{{3, 2, 1}, false}, Case{{1, 2, 1, 3}, false}, Case{{1, 2, 3}, true}}) {
    ASSERT_TRUE(begin(kMultipart));
    for (const std::uint32_t number : c.order) {
      const std::string part = number == 1   ? whole.substr(0, 100'000)
                               : number == 2 ? whole.substr(100'000, 70'001)
                                             : whole.substr(170'001);
      ASSERT_TRUE(write(find(kMultipart), number, part));
      if (c.restart) open();
    }
    ASSERT_TRUE(complete(find(kMultipart)));
    EXPECT_EQ(content(bucket, "o"), whole);
    EXPECT_EQ(attributes().checksum_type, "crc32c");
    EXPECT_EQ(attributes().checksum_value, checksum_of(ChecksumType::Crc32c, as_bytes(whole)));
    EXPECT_EQ(chunks()->max_size, 100'000u);
  }
}

TEST_F(UploadTest, ABucketWithoutChecksums) {
  bucket = make_bucket(1, {.checksum_type = "none"});
  ASSERT_TRUE(begin(kMultipart));
  ASSERT_TRUE(write(find(kMultipart), 2, "b"));
  ASSERT_TRUE(write(find(kMultipart), 1, "a"));
  ASSERT_TRUE(complete(find(kMultipart)));
  EXPECT_EQ(content(bucket, "o"), "ab");
  EXPECT_EQ(attributes().checksum_type, "");
}

TEST_F(UploadTest, APartThatIsSentAgainReplaces) {
  const auto upload = *begin(kMultipart);
  ASSERT_TRUE(write(upload, 1, "first"));
  ASSERT_TRUE(write(upload, 2, "second"));
  ASSERT_TRUE(write(upload, 1, "FIRST "));
  EXPECT_FALSE(write(upload, 1, "wrong", {.expected_checksum = std::pair("md5", "00")}));
  ASSERT_TRUE(complete(upload));
  EXPECT_EQ(content(bucket, "o"), "FIRST second");
  EXPECT_EQ(attributes().checksum_value, checksum_of(ChecksumType::Crc32c, as_bytes("FIRST second")));
}

TEST_F(UploadTest, AChecksumOfTheWholeIsVerified) {
  for (const auto& [type, value] :
       {std::pair("xxhash2", "5215e13b207d6d8c"), std::pair("md5", "6f5902ac237024bdd0c176cb93063dc4")}) {
    const auto upload = *begin(kMultipart);
    ASSERT_TRUE(write(upload, 1, "hello world\n"));
    const auto wrong = complete(upload, {.expected_checksum = std::pair(std::string(type), std::string("00"))});
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code(), Errc::BadChecksum);
    const auto stored = complete(upload, {.expected_checksum = std::pair(std::string(type), std::string(value))});
    ASSERT_TRUE(stored) << stored.error().message();
    EXPECT_EQ(stored->checksum_value, "5215e13b207d6d8c");
  }
}

TEST_F(UploadTest, WhatFailsCanBeCompletedAgain) {
  const auto upload = *begin(kMultipart);
  ASSERT_TRUE(write(upload, 1, "a"));
  for (const char* point : {"store.copy", "store.create", "store.link"}) {
    const ScopedFault fault(point, ENOSPC);
    EXPECT_EQ(complete(upload).error().code(), Errc::OutOfSpace) << point;
    EXPECT_EQ(names(bucket), std::vector<std::string>{});
  }
  ASSERT_TRUE(complete(upload));
  EXPECT_EQ(content(bucket, "o"), "a");
}

TEST_F(UploadTest, ACrashBetweenThePartsLosesNoPart) {
  ASSERT_TRUE(begin(kMultipart));
  ASSERT_TRUE(write(find(kMultipart), 1, "a"));
  crash_at("store.piece_written", [&] { static_cast<void>(write(find(kMultipart), 2, "lost")); });
  crash_at("store.piece_linked", [&] { static_cast<void>(write(find(kMultipart), 2, "lost")); });
  crash_at("store.published", [&] { static_cast<void>(complete(find(kMultipart))); });
  EXPECT_EQ(content(bucket, "o"), "a");
  const auto upload = find(kMultipart);
  ASSERT_TRUE(upload);  // nobody was told that it is complete
  EXPECT_EQ(upload->pieces()->size(), 1u);
  ASSERT_TRUE(write(upload, 2, "b"));
  ASSERT_TRUE(complete(upload));
  EXPECT_EQ(content(bucket, "o"), "ab");
  EXPECT_TRUE(nothing_left());
}

TEST_F(UploadTest, ACrashAtTheBeginningLeavesNothing) {
  crash_at("store.upload_described", [&] { static_cast<void>(begin(kAppend)); });
  EXPECT_EQ(find(kAppend), nullptr);
  EXPECT_TRUE(nothing_left());
}

TEST_F(UploadTest, AnIdIsOfOneObjectAndOneKind) {
  ASSERT_TRUE(begin(kAppend));
  EXPECT_TRUE(find(kAppend));
  EXPECT_EQ(find(kMultipart), nullptr);
  EXPECT_EQ(find(kAppend, "upload-01", "other"), nullptr);
  EXPECT_EQ(find(kAppend, "upload-02"), nullptr);
  EXPECT_EQ(find(kAppend, "../uploads/upload-01"), nullptr);
  const auto other = make_bucket(2);
  EXPECT_EQ(uploads().find("upload-01", kAppend, *other, "o"), nullptr);
  EXPECT_EQ(begin(kMultipart).error().code(), Errc::Conflict);
}

TEST_F(UploadTest, TheirNumberIsBounded) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(begin(kAppend, "o", "upload-" + std::to_string(i)));
  EXPECT_EQ(begin(kMultipart, "o", "upload-6").error().status(), 429);
  ASSERT_TRUE(await(uploads().remove(find(kAppend, "upload-3"))));
  EXPECT_TRUE(begin(kMultipart, "o", "upload-6"));
}

TEST_F(UploadTest, AbandonedOnesAreGivenUp) {
  ASSERT_TRUE(begin(kAppend, "o", "old"));
  ASSERT_TRUE(write(find(kAppend, "old"), 1, "x"));
  ASSERT_TRUE(begin(kMultipart, "o", "held"));
  const auto held = find(kMultipart, "held");
  ASSERT_TRUE(begin(kAppend, "o", "used"));
  clock.now_ns += std::chrono::nanoseconds(50min).count();
  ASSERT_TRUE(find(kAppend, "used"));
  clock.now_ns += std::chrono::nanoseconds(20min).count();
  uploads().sweep_blocking();
  EXPECT_EQ(find(kAppend, "old"), nullptr);
  EXPECT_TRUE(find(kAppend, "used"));
  EXPECT_TRUE(find(kMultipart, "held"));
  EXPECT_FALSE(std::filesystem::exists(directory.path() + "/mp0/uploads/old"));
}

TEST_F(UploadTest, TheyGoWithTheirBucket) {
  ASSERT_TRUE(begin(kAppend));
  ASSERT_TRUE(store->drop_bucket_blocking(bucket->id()));
  EXPECT_EQ(find(kAppend), nullptr);
  EXPECT_TRUE(nothing_left());
}

TEST_F(UploadTest, OneCompletionAtATime) {
  const auto upload = *begin(kMultipart);
  ASSERT_TRUE(write(upload, 1, "a"));
  ASSERT_TRUE(upload->begin_completion());
  EXPECT_FALSE(upload->begin_completion());
  EXPECT_EQ(write(upload, 2, "late").error().code(), Errc::Conflict);
  upload->end_completion();
  EXPECT_TRUE(write(upload, 2, "b"));
}

TEST_F(UploadTest, WhatWasRemovedIsGone) {
  const auto upload = *begin(kMultipart);
  ASSERT_TRUE(write(upload, 1, "a"));
  ASSERT_TRUE(await(uploads().remove(upload)));
  EXPECT_EQ(write(upload, 1, "b").error().code(), Errc::NotFound);
  EXPECT_EQ(complete(upload).error().code(), Errc::NotFound);
  EXPECT_EQ(names(bucket), std::vector<std::string>{});
}

TEST_F(UploadTest, ARenameKeepsTheParts) {
  mountpath_count = 2;
  open();
  ASSERT_TRUE(begin(kMultipart));
  ASSERT_TRUE(write(find(kMultipart), 1, "ab"));
  ASSERT_TRUE(write(find(kMultipart), 2, "c"));
  ASSERT_TRUE(complete(find(kMultipart)));
  std::string from = "o";
  for (int i = 0; i < 8; ++i) {
    const std::string to = "o" + std::to_string(i);
    ASSERT_TRUE(await(store->rename(bucket, from, to)));
    ASSERT_TRUE(chunks(to)) << to;
    EXPECT_EQ(chunks(to)->max_size, 2u);
    from = to;
  }
}

TEST(JoinCrc32c, IsTheCrcOfBoth) {
  const std::string text = "The quick brown fox jumps over the lazy dog";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const auto first = extend_crc32c(0, as_bytes(std::string_view(text).substr(0, cut)));
    const auto second = extend_crc32c(0, as_bytes(std::string_view(text).substr(cut)));
    EXPECT_EQ(join_crc32c(first, second, text.size() - cut), extend_crc32c(0, as_bytes(text))) << cut;
  }
}

TEST(UploadRecord, ReadsWhatItWrites) {
  const UploadRecord record{.kind = kMultipart, .bucket_id = 0x1f, .object = "a b/\n|%"};
  EXPECT_EQ(encode(record), "1 m 1f a b/\n|%");
  const auto read = decode_upload_record(encode(record));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->object, record.object);
  EXPECT_EQ(read->bucket_id, record.bucket_id);
  EXPECT_EQ(encode(PieceRecord{.size = 12, .crc32c = 0xabc}), "1 12 abc");
  for (const char* bad : {"", "1", "2 a 1 o", "1 x 1 o", "1 a zz o", "1 a 1 ", "1 a 1"}) {
    EXPECT_FALSE(decode_upload_record(bad)) << bad;
  }
  for (const char* bad : {"", "1 12", "1 x abc", "1 12 xyz", "2 12 abc"}) EXPECT_FALSE(decode_piece_record(bad)) << bad;
}

}  // namespace
}  // namespace bryo::kernel::testing
