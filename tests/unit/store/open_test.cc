#include "store_fixture.h"

#include <kernel/runtime/sync_point.h>
#include <kernel/store/file_object.h>

#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

namespace bryo::kernel::testing {
namespace {

class OpenTest : public StoreTest {
 protected:
  [[nodiscard]] std::string file(const std::string& name) const {
    return directory.path() + "/mp0/objects/0000000000000001/00000001/" + name;
  }
  std::string read(const OpenObject& object, std::uint64_t offset, std::size_t size) {
    std::string text(size, '\0');
    const MutableBytes out{reinterpret_cast<std::byte*>(text.data()), text.size()};
    const auto tried = object.try_read(offset, out);
    const Status done = tried ? *tried : object.read_blocking(offset, out);
    return done ? text : done.error().message();
  }
};

TEST_F(OpenTest, ASecondOpenCostsNoSystemCall) {
  ASSERT_TRUE(put(bucket, "o", "x"));
  ASSERT_TRUE(get(bucket, "o"));
  const ScopedFault closed("store.open", EIO);
  const auto again = store->try_open(*bucket, "o");
  ASSERT_TRUE(again && *again);
  EXPECT_EQ(read(***again, 0, 1), "x");
}

TEST_F(OpenTest, WithoutWaitingOnlyFromMemory) {
  EXPECT_FALSE(store->try_open(*bucket, "o")) << "nothing is known of the bucket yet";
  ASSERT_TRUE(put(bucket, "o", "x"));
  // The directories were just used, so the kernel has them.
  const auto opened = store->try_open(*bucket, "o");
  ASSERT_TRUE(opened);
  EXPECT_TRUE(*opened);
  const ScopedFault cold("store.open", EAGAIN);
  EXPECT_FALSE(store->try_open(*bucket, "other"));
}

TEST_F(OpenTest, MissingObjectsHaveTheWiresSentence) {
  const auto missing = get(bucket, "dir/none");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), Errc::NotFound);
  EXPECT_EQ(missing.error().tcode(), "ErrNotFound");
  EXPECT_EQ(missing.error().message(), "ais://b/dir/none does not exist");
  EXPECT_EQ(get(std::make_shared<BucketRecord>(BucketName{.provider = "aws", .name = "c"}, 5, StoragePolicy{}), "o")
                .error()
                .message(),
            "s3://c/o does not exist");
}

TEST_F(OpenTest, ReadsAnyRangeAndNothingBeyond) {
  ASSERT_TRUE(put(bucket, "o", "0123456789"));
  const ObjectPtr object = *get(bucket, "o");
  EXPECT_EQ(read(*object, 0, 10), "0123456789");
  EXPECT_EQ(read(*object, 3, 4), "3456");
  EXPECT_EQ(read(*object, 10, 0), "");
  EXPECT_EQ(read(*object, 8, 3), "bytes 8+3 are not within the 10 bytes of o");
  EXPECT_EQ(read(*object, ~std::uint64_t{0}, 2), "bytes 18446744073709551615+2 are not within the 10 bytes of o");
  std::string text(4, '\0');
  ASSERT_TRUE(await(object->read(6, {reinterpret_cast<std::byte*>(text.data()), 4})));
  EXPECT_EQ(text, "6789");
  object->will_need(0, 10);
}

TEST_F(OpenTest, AnOpenObjectOutlivesOverwriteAndRemoval) {
  ASSERT_TRUE(put(bucket, "o", "first"));
  const ObjectPtr first = *get(bucket, "o");
  ASSERT_TRUE(put(bucket, "o", "second"));
  const ObjectPtr second = *get(bucket, "o");
  ASSERT_TRUE(await(store->remove(bucket, "o")));
  EXPECT_EQ(read(*first, 0, 5), "first");
  EXPECT_EQ(read(*second, 0, 6), "second");
  EXPECT_NE(first->stamp(), second->stamp());
  EXPECT_FALSE(get(bucket, "o"));
  EXPECT_EQ((*first->attributes())->version, "1") << "also its metadata, read only now";
}

TEST_F(OpenTest, DamagedMetadataIsAnErrorThatNamesTheFile) {
  ASSERT_TRUE(put(bucket, "o", "x"));
  ASSERT_EQ(::setxattr(file("o").c_str(), "user.bryo", "1 abc 1 - 1 0", 13, 0), 0);
  auto attributes = (*get(bucket, "o"))->attributes();
  ASSERT_FALSE(attributes);
  EXPECT_EQ(attributes.error().code(), Errc::Io);
  EXPECT_EQ(attributes.error().message(),
            "file " + file("o") + " has damaged metadata (attribute user.bryo): its checksum does not match");
  ASSERT_EQ(::removexattr(file("o").c_str(), "user.bryo"), 0);
  open();
  attributes = (*get(bucket, "o"))->attributes();
  ASSERT_FALSE(attributes);
  EXPECT_EQ(attributes.error().message(),
            "file " + file("o") +
                " has no metadata (attribute user.bryo): it was not written by this store, or copied without extended "
                "attributes");
}

TEST_F(OpenTest, AFileThatSomebodyCutIsNoticed) {
  ASSERT_TRUE(put(bucket, "o", "0123456789"));
  const ObjectPtr before = *get(bucket, "o");
  ASSERT_EQ(::truncate(file("o").c_str(), 4), 0);
  EXPECT_EQ(read(*before, 0, 10),
            "file " + file("o") + " is shorter than its 10 bytes: it was cut by something else than this node");
  open();
  const auto attributes = (*get(bucket, "o"))->attributes();
  ASSERT_FALSE(attributes);
  EXPECT_EQ(
      attributes.error().message(),
      "file " + file("o") + " has 4 bytes, but its metadata says 10: it was changed by something else than this node");
}

TEST_F(OpenTest, WhatIsNoFileIsRefused) {
  ASSERT_TRUE(put(bucket, "o", "x"));
  ASSERT_EQ(::mkfifo(file("fifo").c_str(), 0600), 0);
  std::filesystem::create_symlink("/etc/passwd", file("link"));
  std::filesystem::create_directory(file("directory"));
  EXPECT_EQ(content(bucket, "fifo"), file("fifo") + " is not a regular file");
  EXPECT_EQ(content(bucket, "directory"), file("directory") + " is not a regular file");
  EXPECT_EQ(content(bucket, "link"),
            "cannot open ais://b/link on mountpath " + directory.path() + "/mp0: Too many levels of symbolic links");
}

TEST_F(OpenTest, OutOfDescriptorsGivesCachedOnesBack) {
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(put(bucket, std::to_string(i), "x"));
    ASSERT_TRUE(get(bucket, std::to_string(i)));
  }
  ASSERT_TRUE(put(bucket, "last", "x"));
  int refusals = 0;
  {
    const ScopedFault fault("store.open", [&] { return refusals++ == 0 ? EMFILE : 0; });
    EXPECT_EQ(content(bucket, "last"), "x");
  }
  EXPECT_EQ(refusals, 2);
  const ScopedFault always("store.open", EMFILE);
  int cached = 0;
  for (int i = 0; i < 40; ++i) {
    const auto opened = store->try_open(*bucket, std::to_string(i));
    cached += opened && *opened;
  }
  EXPECT_LE(cached, 20);
  EXPECT_EQ(content(bucket, "never"), "cannot open ais://b/never on mountpath " + directory.path() +
                                          "/mp0: Too many open files; raise the limit of open files (ulimit -n, "
                                          "LimitNOFILE)");
}

TEST_F(OpenTest, AccessTimes) {
  ASSERT_TRUE(put(bucket, "o", "x"));
  const std::int64_t written = clock.now_ns;
  const ObjectPtr object = *get(bucket, "o");
  clock.now_ns += 5'000;
  EXPECT_EQ(store->touch(*object), written);
  clock.now_ns += 5'000;
  EXPECT_EQ(store->touch(*object), written + 5'000);
  const auto page = store->list_blocking(*bucket, {});
  EXPECT_EQ(page->entries.front().atime_ns, written + 10'000);
}

// The reader has opened the old file and is held; the overwrite is complete; then the reader goes on.
TEST_F(OpenTest, AnOverwrittenFileIsNotCachedByALateReader) {
  ASSERT_TRUE(put(bucket, "o", "old"));
  bool overwritten = false;
  const ScopedSyncPoint late("store.opened", [&] {
    if (std::exchange(overwritten, true)) return;
    ASSERT_TRUE(put(bucket, "o", "new"));
  });
  EXPECT_EQ(content(bucket, "o"), "old") << "it was opened before the overwrite";
  EXPECT_EQ(content(bucket, "o"), "new");
}

TEST_F(OpenTest, ARemovedFileIsNotCachedByALateReader) {
  ASSERT_TRUE(put(bucket, "o", "old"));
  bool removed = false;
  const ScopedSyncPoint late("store.opened", [&] {
    if (std::exchange(removed, true)) return;
    ASSERT_TRUE(await(store->remove(bucket, "o")));
  });
  EXPECT_EQ(content(bucket, "o"), "old");
  EXPECT_EQ(content(bucket, "o"), "ais://b/o does not exist");
}

TEST_F(OpenTest, RemovingWhatIsNotThere) {
  const Status removed = await(store->remove(bucket, "none"));
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().code(), Errc::NotFound);
  EXPECT_EQ(removed.error().message(), "ais://b/none doesn't exist");
  EXPECT_EQ(removed.error().tcode(), "");
}

TEST_F(OpenTest, CustomMetadataIsMergedOrReplaced) {
  using Custom = std::vector<std::pair<std::string, std::string>>;
  ASSERT_TRUE(put(bucket, "o", "x", {.custom = Custom{{"a", "1"}, {"b", "2"}}}));
  const ObjectPtr before = *get(bucket, "o");
  ASSERT_TRUE(before->attributes());
  ASSERT_TRUE(store->set_custom_blocking(*bucket, "o", {{"b", "3"}, {"c", "4"}}, false));
  auto attributes = *(*get(bucket, "o"))->attributes();
  EXPECT_EQ(attributes->custom, (Custom{{"a", "1"}, {"b", "3"}, {"c", "4"}}));
  EXPECT_EQ(attributes->version, "1");
  EXPECT_EQ((*before->attributes())->custom, (Custom{{"a", "1"}, {"b", "2"}})) << "what was opened does not change";
  ASSERT_TRUE(store->set_custom_blocking(*bucket, "o", {{"z", "0"}}, true));
  open();
  EXPECT_EQ((*(*get(bucket, "o"))->attributes())->custom, (Custom{{"z", "0"}}));
  EXPECT_EQ(store->set_custom_blocking(*bucket, "none", {}, true).error().message(), "ais://b/none does not exist");
}

}  // namespace
}  // namespace bryo::kernel::testing
