#include "store_fixture.h"

#include <kernel/runtime/sync_point.h>
#include <kernel/store/file_object.h>

#include <sys/xattr.h>

#include <atomic>
#include <cerrno>
#include <thread>

namespace bryo::kernel::testing {
namespace {

using Custom = std::vector<std::pair<std::string, std::string>>;

class PutTest : public StoreTest {
 protected:
  std::shared_ptr<const ObjectAttributes> attributes(const std::string& name) {
    auto object = get(bucket, name);
    if (!object) return nullptr;
    auto read = (*object)->attributes();
    EXPECT_TRUE(read) << read.error().message();
    return read ? *read : nullptr;
  }
  std::size_t files_under(const std::string& part) const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory.path() + "/mp0/" + part)) {
      count += entry.is_regular_file();
    }
    return count;
  }
};

TEST_F(PutTest, AnObjectIsAnOrdinaryFile) {
  ASSERT_TRUE(put(bucket, "dir/a b%.txt", "hello world\n"));
  const std::string file = directory.path() + "/mp0/objects/0000000000000001/00000001/dir%2Fa b%25.txt";
  EXPECT_EQ(std::filesystem::file_size(file), 12u);
  std::array<char, 200> record{};
  ASSERT_GT(::getxattr(file.c_str(), "user.bryo", record.data(), record.size()), 0);
  EXPECT_NE(std::string_view(record.data()).find(" 12 xxhash2:5215e13b207d6d8c 1 "), std::string_view::npos)
      << record.data();
}

TEST_F(PutTest, CommitAnswersWhatIsStored) {
  auto stored = put(bucket, "o", "hello world\n", {.custom = Custom{{"k", "v"}}});
  ASSERT_TRUE(stored);
  const auto read = attributes("o");
  for (const ObjectAttributes* a : {static_cast<const ObjectAttributes*>(&*stored), read.get()}) {
    EXPECT_EQ(a->size, 12u);
    EXPECT_EQ(a->checksum_type, "xxhash2");
    EXPECT_EQ(a->checksum_value, "5215e13b207d6d8c");
    EXPECT_EQ(a->version, "1");
    EXPECT_EQ(a->mtime_ns, clock.now_ns);
    EXPECT_EQ(a->custom, (Custom{{"k", "v"}}));
  }
}

TEST_F(PutTest, EveryChecksumTypeOfTheBucket) {
  struct Case {
    const char* type;
    const char* value;
  };
  for (const Case& c : std::to_array<Case>({{"none", ""},
                                            {"xxhash", "26c7827d889f6da3"},
                                            {"crc32c", "9a71bb4c"},
                                            {"md5", "5d41402abc4b2a76b9719d911017c592"}})) {
    const BucketPtr other = make_bucket(7, {.checksum_type = c.type});
    const auto stored = put(other, c.type, "hello");
    ASSERT_TRUE(stored) << stored.error().message();
    EXPECT_EQ(stored->checksum_type, *c.value == '\0' ? "" : c.type);
    EXPECT_EQ(stored->checksum_value, c.value);
  }
}

TEST_F(PutTest, AGivenChecksumIsVerifiedWhateverItsType) {
  using Given = std::pair<std::string, std::string>;
  EXPECT_TRUE(put(bucket, "md5", "hello", {.expected_checksum = Given{"md5", "5d41402abc4b2a76b9719d911017c592"}}));
  EXPECT_TRUE(put(bucket, "upper", "hello", {.expected_checksum = Given{"crc32c", "9A71BB4C"}}));
  EXPECT_TRUE(put(bucket, "same", "hello", {.expected_checksum = Given{"xxhash2", "26c7827d889f6da3"}}));
  EXPECT_TRUE(put(bucket, "none", "hello", {.expected_checksum = Given{"none", "whatever"}}));
  EXPECT_TRUE(put(bucket, "empty", "hello", {.expected_checksum = Given{"md5", ""}}));
  EXPECT_EQ(attributes("md5")->checksum_type, "xxhash2") << "the bucket's type is stored";

  const auto bad = put(bucket, "bad", "hello", {.expected_checksum = Given{"md5", "0123"}});
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code(), Errc::BadChecksum);
  EXPECT_EQ(bad.error().tcode(), "ErrBadCksum");
  EXPECT_EQ(bad.error().message(),
            "BAD DATA CHECKSUM: md5(0123 != 5d41402abc4b2a76b9719d911017c592) (context: ais://b/bad)");
  EXPECT_EQ(content(bucket, "bad"), "ais://b/bad does not exist");

  const auto unknown = put(bucket, "bad", "hello", {.expected_checksum = Given{"sha3", "00"}});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code(), Errc::InvalidArgument);
}

TEST_F(PutTest, ABadChecksumKeepsTheOldVersion) {
  ASSERT_TRUE(put(bucket, "o", "old"));
  ASSERT_FALSE(
      put(bucket, "o", "new", {.expected_checksum = std::pair<std::string, std::string>{"crc32c", "00000000"}}));
  EXPECT_EQ(content(bucket, "o"), "old");
  EXPECT_EQ(attributes("o")->version, "1");
  EXPECT_EQ(files_under("work"), 0u);
}

// http-objects.md section 2: +1 per overwrite; `skip_vc` restarts at 1.
TEST_F(PutTest, VersionsCount) {
  for (const char* version : {"1", "2", "3"}) EXPECT_EQ(put(bucket, "o", version)->version, version);
  EXPECT_EQ(content(bucket, "o"), "3");
  EXPECT_EQ(put(bucket, "o", "x", {.skip_previous = true})->version, "1");
  EXPECT_EQ(put(bucket, "o", "x")->version, "2");
  EXPECT_EQ(put(bucket, "o", "x", {.version = "etag-7"})->version, "etag-7");
  EXPECT_EQ(put(bucket, "o", "x")->version, "1") << "a backend's version cannot be counted on";
  const BucketPtr without = make_bucket(2, {.versioning = false});
  EXPECT_EQ(put(without, "o", "x")->version, "");
  EXPECT_EQ(put(without, "o", "x", {.version = "7"})->version, "7");
}

TEST_F(PutTest, CustomMetadataSurvivesAnOverwriteThatSendsNone) {
  ASSERT_TRUE(put(bucket, "o", "1", {.custom = Custom{{"k3", "v 3"}}}));
  EXPECT_EQ(put(bucket, "o", "2")->custom, (Custom{{"k3", "v 3"}}));
  EXPECT_EQ(put(bucket, "o", "3", {.custom = Custom{{"other", ""}}})->custom, (Custom{{"other", ""}}));
  EXPECT_EQ(put(bucket, "o", "4", {.custom = Custom{}})->custom, Custom{});
  ASSERT_TRUE(put(bucket, "o", "5", {.custom = Custom{{"k", "v"}}}));
  EXPECT_EQ(put(bucket, "o", "6", {.skip_previous = true})->custom, Custom{});
}

TEST_F(PutTest, CustomMetadataThatDoesNotFitIsRefusedWithASentence) {
  const auto stored = put(bucket, "o", "x", {.custom = Custom{{"k", std::string(70'000, 'v')}}});
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().code(), Errc::InvalidArgument);
  EXPECT_TRUE(stored.error().message().starts_with("the name and custom metadata of ais://b/o take 700"))
      << stored.error().message();
  EXPECT_TRUE(stored.error().message().ends_with("(about 3.9 KiB on ext4): shorten the custom metadata"));
  EXPECT_EQ(names(bucket), std::vector<std::string>{});
}

TEST_F(PutTest, TheLongestNameWithTheLongestMetadataOfTheWireFits) {
  const std::string name(kMaxObjectName, 'n');
  ASSERT_TRUE(put(bucket, name, "x", {.custom = Custom{{"k", std::string(1800, 'v')}}}));
  EXPECT_EQ(attributes(name)->custom.front().second.size(), 1800u);
}

TEST_F(PutTest, NamesOfEveryKind) {
  std::vector<std::string> all = {
      "plain",
      "a/b/c",
      ".hidden",
      "100%",
      "%2F",
      "a~b",
      "\xc3\xbc\xe2\x82\xac/\xf0\x9f\x8c\xbf",
      "new\nline",
      "tab\there",
      " space ",
      "-dash",
      "CON",
      "a",
      std::string(255, 'x'),
      std::string(1100, 'y'),
      std::string(kMaxObjectName, 'z'),
      std::string(kMaxObjectName - 1, 'z') + "a",
  };
  for (const std::string& name : all) ASSERT_TRUE(put(bucket, name, "<" + name + ">")) << name;
  std::sort(all.begin(), all.end());
  EXPECT_EQ(names(bucket), all);
  open();
  EXPECT_EQ(names(bucket), all);
  for (const std::string& name : all) {
    EXPECT_EQ(content(bucket, name), "<" + name + ">");
    EXPECT_TRUE(await(store->remove(bucket, name))) << name;
  }
  EXPECT_EQ(names(bucket), std::vector<std::string>{});
}

TEST_F(PutTest, NamesThatAreNone) {
  for (const std::string& name : {std::string(), std::string("a/"), std::string("../x"), std::string("a/../b"),
                                  std::string("a\0b", 3), std::string("~/x"), std::string(kMaxObjectName + 1, 'x')}) {
    const auto stored = put(bucket, name, "x");
    ASSERT_FALSE(stored) << name;
    EXPECT_EQ(stored.error().code(), Errc::InvalidArgument);
    EXPECT_EQ(get(bucket, name).error().code(), Errc::NotFound) << "reading is harmless";
  }
}

TEST_F(PutTest, EmptyObjects) {
  EXPECT_EQ(put(bucket, "empty", "")->checksum_value, "ef46db3751d8e999");
  EXPECT_EQ(content(bucket, "empty"), "");
  EXPECT_EQ(attributes("empty")->size, 0u);
}

TEST_F(PutTest, ASmallObjectIsOneVisitToThePool) {
  pool.runs = 0;
  ASSERT_TRUE(put(bucket, "small", std::string(64 << 10, 'x')));
  EXPECT_EQ(pool.runs, 1);
}

Task<Result<ObjectAttributes>> put_pieces(ObjectStore& store, BucketPtr bucket, std::vector<std::string> pieces) {
  BRYO_CO_TRY(writer, co_await store.create(bucket, "big", {}));
  for (const std::string& piece : pieces) BRYO_CO_CHECK(co_await writer->write(as_bytes(piece)));
  co_return co_await writer->commit();
}

TEST_F(PutTest, PiecesOfEverySizeArriveInOrder) {
  std::vector<std::string> pieces;
  std::string whole;
  for (const std::size_t size : {1u, 5000u, 1u << 20, 3u << 20, 0u, 300'000u, (1u << 20) - 1, 2u, 2'500'000u}) {
    std::string piece(size, '\0');
    for (std::size_t i = 0; i < size; ++i) piece[i] = static_cast<char>((i * 7 + pieces.size()) % 251);
    whole += piece;
    pieces.push_back(std::move(piece));
  }
  pool.runs = 0;
  const auto stored = await(put_pieces(*store, bucket, pieces));
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->size, whole.size());
  EXPECT_TRUE(content(bucket, "big") == whole);
  EXPECT_LE(pool.runs, 12) << "about one visit a mebibyte";
}

Task<Status> abandon(ObjectStore& store, BucketPtr bucket) {
  BRYO_CO_TRY(writer, co_await store.create(bucket, "abandoned", {}));
  BRYO_CO_CHECK(co_await writer->write(as_bytes(std::string(2 << 20, 'x'))));
  co_return Status();
}

TEST_F(PutTest, AWriterThatIsDroppedLeavesNothing) {
  ASSERT_TRUE(await(abandon(*store, bucket)));
  EXPECT_EQ(names(bucket), std::vector<std::string>{});
  EXPECT_EQ(files_under(""), 1u) << "only bryo-mountpath";
}

Task<Status> commit_twice(ObjectStore& store, BucketPtr bucket) {
  BRYO_CO_TRY(writer, co_await store.create(bucket, "o", {}));
  BRYO_CO_TRY(first, co_await writer->commit());
  auto second = co_await writer->commit();
  co_return second ? Status() : Status(second.error());
}

TEST_F(PutTest, ASecondCommitIsRefused) {
  EXPECT_EQ(await(commit_twice(*store, bucket)).error().message(), "this object was committed already");
}

TEST_F(PutTest, AFullDiskIsOutOfSpaceAndNamesTheMountpath) {
  ASSERT_TRUE(put(bucket, "o", "old"));
  for (const char* step : {"store.create", "store.write", "store.sync", "store.link"}) {
    const ScopedFault fault(step, ENOSPC);
    const auto stored = put(make_bucket(1, {.fsync = true}), "o", "new");
    ASSERT_FALSE(stored) << step;
    EXPECT_EQ(stored.error().code(), Errc::OutOfSpace) << step;
    EXPECT_NE(stored.error().message().find("No space left on device; free space on mountpath " + directory.path() +
                                            "/mp0 or add a mountpath"),
              std::string::npos)
        << stored.error().message();
  }
  EXPECT_EQ(content(bucket, "o"), "old");
  EXPECT_EQ(names(bucket), std::vector<std::string>{"o"});
  EXPECT_EQ(files_under("work"), 0u);
}

TEST_F(PutTest, ReplacesTheVersionThatItsWriterHasSeenOrNone) {
  WriteOptions first;
  first.replaces = kNoObject;
  ASSERT_TRUE(put(bucket, "o", "one", first));
  const auto again = put(bucket, "o", "two", first);
  ASSERT_FALSE(again) << "there is one by now";
  EXPECT_EQ(again.error().code(), Errc::Conflict);
  EXPECT_EQ(again.error().message(), "ais://b/o was replaced or deleted meanwhile: try again");

  const auto seen = get(bucket, "o");
  ASSERT_TRUE(seen);
  WriteOptions over;
  over.replaces = (*seen)->stamp();
  ASSERT_TRUE(put(bucket, "o", "two", over));
  EXPECT_FALSE(put(bucket, "o", "three", over)) << "it has replaced that version already";
  EXPECT_EQ(content(bucket, "o"), "two");
  ASSERT_TRUE(await(store->remove(bucket, "o")));
  EXPECT_FALSE(put(bucket, "o", "three", over));
  EXPECT_EQ(names(bucket), std::vector<std::string>());
  EXPECT_EQ(files_under("work"), 0u);
}

TEST_F(PutTest, OfManyWhoReplaceOneVersionOneSucceeds) {
  ASSERT_TRUE(put(bucket, "o", "0"));
  WriteOptions over;
  over.replaces = (*get(bucket, "o"))->stamp();
  std::atomic<int> succeeded{0};
  std::vector<std::thread> writers;
  for (int i = 1; i <= 8; ++i) {
    writers.emplace_back([&, i] { succeeded += put(bucket, "o", std::to_string(i), over) ? 1 : 0; });
  }
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(succeeded, 1);
}

TEST_F(PutTest, WhatCannotFitIsRefusedBeforeItsFirstByte) {
  for (const std::uint64_t size : {std::uint64_t{1} << 50, ~std::uint64_t{0}}) {
    WriteOptions options;
    options.size_hint = size;
    const auto writer = await(store->create(bucket, "o", std::move(options)));
    ASSERT_FALSE(writer) << size;
    EXPECT_EQ(writer.error().status(), 507);
    EXPECT_EQ(writer.error().message(), "cannot write " + std::to_string(size) + " bytes of ais://b/o on mountpath " +
                                            directory.path() +
                                            "/mp0: No space left on device; free space on mountpath " +
                                            directory.path() + "/mp0 or add a mountpath");
  }
  WriteOptions fits;
  fits.size_hint = 2 << 20;
  EXPECT_TRUE(put(bucket, "o", std::string(2 << 20, 'x'), std::move(fits)));
}

TEST_F(PutTest, AFailedDiskIsAnIoErrorThatNamesTheObject) {
  const ScopedFault fault("store.write", EIO);
  const auto stored = put(bucket, "o", "new");
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().code(), Errc::Io);
  EXPECT_EQ(stored.error().message(),
            "cannot write ais://b/o on mountpath " + directory.path() + "/mp0: Input/output error");
}

Task<Status> write_on(ObjectStore& store, BucketPtr bucket) {
  BRYO_CO_TRY(writer, co_await store.create(bucket, "o", {}));
  const std::string piece(2 << 20, 'x');
  Status first = co_await writer->write(as_bytes(piece));
  SyncPoints::clear("store.write");
  Status second = co_await writer->write(as_bytes(piece));
  auto committed = co_await writer->commit();
  EXPECT_FALSE(first);
  EXPECT_FALSE(second) << "an object with a hole must not be committed";
  EXPECT_FALSE(committed);
  co_return Status();
}

TEST_F(PutTest, AWriterThatFailedStaysFailed) {
  const ScopedFault fault("store.write", EIO);
  ASSERT_TRUE(await(write_on(*store, bucket)));
  EXPECT_EQ(names(bucket), std::vector<std::string>{});
}

TEST_F(PutTest, DurabilityDecidesWhoWaitsForTheDisk) {
  struct Case {
    Durability durability;
    bool fsync_feature;
    bool refetchable;
    int syncs;
  };
  for (const Case& c : std::to_array<Case>({
           {Durability::Auto, false, false, 1},
           {Durability::Auto, false, true, 0},
           {Durability::Auto, true, true, 1},
           {Durability::Strict, false, true, 1},
           {Durability::Relaxed, false, false, 0},
           {Durability::Relaxed, true, false, 1},
       })) {
    TemporaryDirectory other;
    StoreConfig wanted;
    wanted.durability = c.durability;
    wanted.mountpaths = {{other.path() + "/mp", ""}};
    auto opened = ObjectStore::open(wanted, pool, clock, log);
    ASSERT_TRUE(opened);
    store = std::move(*opened);
    int syncs = 0;
    const ScopedFault count("store.sync", [&] { return ++syncs, 0; });
    ASSERT_TRUE(put(make_bucket(1, {.fsync = c.fsync_feature}), "o", "x", {.refetchable = c.refetchable}));
    EXPECT_EQ(syncs, c.syncs);
  }
}

// Every content has a modification time and so a stamp of its own, though the clock stands still.
TEST_F(PutTest, StampsTellVersionsApart) {
  std::vector<std::uint64_t> stamps;
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(put(bucket, "o", "same"));
    stamps.push_back((*get(bucket, "o"))->stamp());
  }
  const std::uint64_t last = stamps.back();
  std::sort(stamps.begin(), stamps.end());
  EXPECT_EQ(std::unique(stamps.begin(), stamps.end()), stamps.end());
  open();
  EXPECT_EQ((*get(bucket, "o"))->stamp(), last) << "the same content after a restart";
  ASSERT_TRUE(store->set_custom_blocking(*bucket, "o", {{"k", "v"}}, false));
  EXPECT_EQ((*get(bucket, "o"))->stamp(), last) << "metadata is not content";
}

TEST_F(PutTest, OverwritingADamagedObjectRepairsIt) {
  ASSERT_TRUE(put(bucket, "o", "old"));
  ASSERT_TRUE(put(bucket, "o", "old"));
  const std::string file = directory.path() + "/mp0/objects/0000000000000001/00000001/o";
  ASSERT_EQ(::setxattr(file.c_str(), "user.bryo", "rubbish", 7, 0), 0);
  EXPECT_EQ(put(bucket, "o", "new")->version, "1");
  EXPECT_EQ(content(bucket, "o"), "new");
  EXPECT_NE(log.text().find("its version starts again object=ais://b/o"), std::string::npos) << log.text();
}

TEST_F(PutTest, ConcurrentWritersOfOneNameCountEveryVersion) {
  constexpr int kThreads = 4;
  constexpr int kEach = 25;
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::vector<int> versions;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        const auto stored = put(bucket, "o", "x");
        const std::scoped_lock lock(mutex);
        versions.push_back(stored ? std::stoi(stored->version) : 0);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::sort(versions.begin(), versions.end());
  for (int i = 0; i < kThreads * kEach; ++i) EXPECT_EQ(versions[static_cast<std::size_t>(i)], i + 1);
}

}  // namespace
}  // namespace bryo::kernel::testing
