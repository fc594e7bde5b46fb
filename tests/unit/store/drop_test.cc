#include "store_fixture.h"

#include <kernel/runtime/sync_point.h>

#include <cerrno>
#include <fstream>
#include <thread>

namespace bryo::kernel::testing {
namespace {

class DropTest : public StoreTest {
 protected:
  void SetUp() override {
    mountpath_count = 2;
    leaf_names = 8;
    open();
  }
  [[nodiscard]] std::size_t entries(const std::string& part) const {
    std::size_t count = 0;
    for (int i = 0; i < mountpath_count; ++i) {
      for (const auto& entry :
           std::filesystem::directory_iterator(directory.path() + "/mp" + std::to_string(i) + "/" + part)) {
        count += entry.exists();
      }
    }
    return count;
  }
};

TEST_F(DropTest, EverythingIsGoneAtOnceAndOtherBucketsStay) {
  const BucketPtr other = make_bucket(2, {}, "other");
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(put(bucket, "o" + std::to_string(i), "x"));
    ASSERT_TRUE(get(bucket, "o" + std::to_string(i)));
    ASSERT_TRUE(put(other, "o" + std::to_string(i), "y"));
  }
  const ObjectPtr held = *get(bucket, "o7");
  ASSERT_TRUE(store->drop_bucket_blocking(1));
  EXPECT_EQ(entries("objects"), 2u) << "of the other bucket";
  EXPECT_EQ(content(bucket, "o7"), "ais://b/o7 does not exist");
  EXPECT_EQ(content(other, "o7"), "y");
  std::byte byte{};
  EXPECT_TRUE(held->read_blocking(0, {&byte, 1})) << "who reads may finish";
}

TEST_F(DropTest, SpaceIsGivenBackInTheBackground) {
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(put(bucket, "o" + std::to_string(i), "x"));
  ASSERT_TRUE(store->drop_bucket_blocking(1));
  while (entries("trash") != 0) std::this_thread::yield();
  EXPECT_EQ(log.text().find("could not be deleted"), std::string::npos);
}

TEST_F(DropTest, WhatWasLeftInTheTrashIsDeletedAtTheNextStart) {
  store.reset();
  const std::string leaf = directory.path() + "/mp1/trash/0000000000000001-1/00000001";
  std::filesystem::create_directories(leaf);
  std::ofstream(leaf + "/o") << "x";
  open();
  while (entries("trash") != 0) std::this_thread::yield();
}

TEST_F(DropTest, AnIdIsNotUsedAgain) {
  ASSERT_TRUE(put(bucket, "o", "x"));
  ASSERT_TRUE(store->drop_bucket_blocking(1));
  // Somebody still holds the old bucket.
  const auto stored = put(bucket, "o", "x");
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().code(), Errc::NotFound);
  EXPECT_EQ(stored.error().tcode(), "ErrBckNotFound");
  EXPECT_EQ(entries("objects"), 0u);
  EXPECT_TRUE(store->drop_bucket_blocking(3)) << "a bucket without objects";
}

TEST_F(DropTest, AWriteUnderWayDoesNotBringTheBucketBack) {
  ASSERT_TRUE(put(bucket, "first", "x"));
  {
    const ScopedSyncPoint drop("store.before_publish", [&] { ASSERT_TRUE(store->drop_bucket_blocking(1)); });
    EXPECT_EQ(put(bucket, "o", "x").error().message(), "bucket \"ais://b\" does not exist");
  }
  // Also at the last moment, with the leaf's lock taken.
  const BucketPtr second = make_bucket(2, {}, "second");
  ASSERT_TRUE(put(second, "first", "x"));
  {
    const ScopedFault drop("store.link", [&] { return store->drop_bucket_blocking(2) ? 0 : EIO; });
    EXPECT_EQ(put(second, "first", "y").error().message(), "bucket \"ais://second\" does not exist");
  }
  EXPECT_EQ(entries("objects"), 0u);
}

}  // namespace
}  // namespace bryo::kernel::testing
