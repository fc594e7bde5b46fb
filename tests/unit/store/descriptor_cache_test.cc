#include <gtest/gtest.h>

#include <kernel/store/descriptor_cache.h>
#include <tests/unit/store/fakes.h>

#include <fcntl.h>

#include <fstream>

namespace bryo::kernel::testing {
namespace {

class DescriptorCacheTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = Mountpath::open({directory.path() + "/mp", ""});
    ASSERT_TRUE(opened) << opened.error().message();
    mountpath = std::move(*opened);
    std::ofstream(directory.path() + "/content") << "x";
  }
  OpenFilePtr file(const ObjectKey& key) {
    auto adopted = OpenFile::adopt(Descriptor(::open((directory.path() + "/content").c_str(), O_RDONLY | O_CLOEXEC)),
                                   key, *mountpath, pool);
    return *adopted;
  }
  OpenFilePtr insert(DescriptorCache& cache, const ObjectKey& key) {
    return cache.insert(file(key), key, cache.generation(key));
  }

  TemporaryDirectory directory;
  InlinePool pool;
  std::unique_ptr<Mountpath> mountpath;
};

TEST_F(DescriptorCacheTest, FindsByBucketAndName) {
  DescriptorCache cache(10);
  const OpenFilePtr a = insert(cache, {1, "name"});
  EXPECT_EQ(cache.find({1, "name"}), a);
  EXPECT_EQ(cache.find({2, "name"}), nullptr);
  EXPECT_EQ(cache.find({1, "nam"}), nullptr);
  EXPECT_EQ(cache.find({1, ""}), nullptr);
}

TEST_F(DescriptorCacheTest, TheSecondOfTwoOpenersTakesTheFirstOnesFile) {
  DescriptorCache cache(10);
  const OpenFilePtr first = insert(cache, {1, "a"});
  EXPECT_EQ(insert(cache, {1, "a"}), first);
  EXPECT_EQ(cache.size(), 1u);
}

TEST_F(DescriptorCacheTest, AnOpenThatAnInvalidationOvertookIsNotKept) {
  DescriptorCache cache(10);
  const ObjectKey key(1, "a");
  const std::uint64_t generation = cache.generation(key);
  const OpenFilePtr stale = file(key);
  cache.invalidate(key);
  EXPECT_EQ(cache.insert(stale, key, generation), stale) << "the opener may still use it";
  EXPECT_EQ(cache.find(key), nullptr);
  EXPECT_EQ(cache.size(), 0u);
}

TEST_F(DescriptorCacheTest, InvalidatingABucketOvertakesItsOpensToo) {
  DescriptorCache cache(100);
  const ObjectKey key(1, "a");
  const std::uint64_t generation = cache.generation(key);
  for (int i = 0; i < 20; ++i) insert(cache, {1u + i % 2, "n" + std::to_string(i)});
  cache.invalidate_bucket(1);
  EXPECT_EQ(cache.size(), 10u);
  EXPECT_EQ(cache.find({1, "n0"}), nullptr);
  EXPECT_NE(cache.find({2, "n1"}), nullptr);
  EXPECT_NE(cache.insert(file(key), key, generation), nullptr);
  EXPECT_EQ(cache.find(key), nullptr);
}

TEST_F(DescriptorCacheTest, NeverHoldsMoreThanItsCapacity) {
  for (const std::size_t capacity : {1u, 3u, 16u, 100u}) {
    DescriptorCache cache(capacity);
    for (int i = 0; i < 500; ++i) {
      insert(cache, {1, std::to_string(i)});
      ASSERT_LE(cache.size(), capacity);
    }
    EXPECT_EQ(cache.size(), capacity);
  }
}

TEST_F(DescriptorCacheTest, ADataSetThatFitsIsKeptWhole) {
  DescriptorCache cache(400);
  for (int i = 0; i < 400; ++i) insert(cache, {1, "object-" + std::to_string(i)});
  for (int i = 0; i < 400; ++i) EXPECT_NE(cache.find({1, "object-" + std::to_string(i)}), nullptr) << i;
}

TEST_F(DescriptorCacheTest, WhatIsUsedStays) {
  DescriptorCache cache(200);
  for (int i = 0; i < 20; ++i) insert(cache, {1, "hot" + std::to_string(i)});
  int kept = 0;
  for (int i = 0; i < 2000; ++i) {
    for (int hot = 0; hot < 20; ++hot) kept += cache.find({1, "hot" + std::to_string(hot)}) != nullptr;
    insert(cache, {1, "cold" + std::to_string(i)});
  }
  EXPECT_EQ(kept, 2000 * 20);
}

TEST_F(DescriptorCacheTest, ShrinkGivesDescriptorsBack) {
  DescriptorCache cache(100);
  for (int i = 0; i < 100; ++i) insert(cache, {1, std::to_string(i)});
  const int lowest = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::close(lowest);
  cache.shrink();
  EXPECT_LE(cache.size(), 50u);
  const int now = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::close(now);
  EXPECT_LT(now, lowest);
}

TEST_F(DescriptorCacheTest, WhoHoldsAFileKeepsItOpen) {
  DescriptorCache cache(1);
  const OpenFilePtr held = insert(cache, {1, "a"});
  insert(cache, {1, "b"});
  cache.invalidate({1, "a"});
  std::byte byte{};
  EXPECT_TRUE(held->read_blocking(0, {&byte, 1}));
}

}  // namespace
}  // namespace bryo::kernel::testing
