#include "store_fixture.h"

#include <kernel/store/leaf_cache.h>

#include <sys/xattr.h>

#include <atomic>
#include <map>
#include <random>
#include <thread>

namespace bryo::kernel::testing {
namespace {

class LeafCacheTest : public StoreTest {
 protected:
  void SetUp() override {
    leaf_names = 8;
    mountpath_count = 2;
    open();
  }
  /// Name and checksum of every object, from a listing that reads whole leaves.
  std::map<std::string, std::string> listed(std::string prefix = "") {
    auto page = store->list_blocking(*bucket, {.prefix = std::move(prefix), .attributes = true});
    EXPECT_TRUE(page);
    std::map<std::string, std::string> out;
    if (!page) return out;
    for (const auto& entry : page->entries) {
      if (entry.attributes) {
        EXPECT_EQ(entry.attributes->size, entry.size) << entry.name;
      }
      out[entry.name] = entry.attributes ? entry.attributes->checksum_value : "damaged";
    }
    return out;
  }
  std::map<std::string, std::string> stored(const std::vector<std::string>& all) {
    std::map<std::string, std::string> out;
    for (const auto& name : all) {
      const auto object = get(bucket, name);
      if (object) out[name] = (*(*object)->attributes())->checksum_value;
    }
    return out;
  }
  std::filesystem::path file_of(const std::string& name) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory.path())) {
      if (entry.is_regular_file() && entry.path().filename() == name) return entry.path();
    }
    return {};
  }
};

TEST_F(LeafCacheTest, ChangesAreSeenAtOnce) {
  const std::vector<std::string> all = {"a", "b", "c", "d"};
  for (const auto& name : all) ASSERT_TRUE(put(bucket, name, name));
  EXPECT_EQ(listed(), stored(all));
  ASSERT_TRUE(put(bucket, "b", "another"));
  ASSERT_TRUE(put(bucket, "bb", "new"));
  ASSERT_TRUE(await(store->remove(bucket, "c")));
  EXPECT_EQ(listed(), stored({"a", "b", "bb", "c", "d"}));
  ASSERT_TRUE(store->set_custom_blocking(*bucket, "a", {{"k", "v"}}, false));
  const auto page = store->list_blocking(*bucket, {.limit = 1000, .attributes = true});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->entries.front().attributes->custom.size(), 1U);
}

TEST_F(LeafCacheTest, MetadataIsReadOnce) {
  mountpath_count = 1;
  open();
  ASSERT_TRUE(put(bucket, "a", "a"));
  const auto before = listed();
  ASSERT_EQ(::setxattr(file_of("a").c_str(), "user.bryo", "garbage", 7, 0), 0);
  EXPECT_EQ(listed(), before) << "from memory";
  const auto glance = store->list_blocking(*bucket, {.limit = 1, .attributes = true});
  EXPECT_TRUE(glance->entries.front().attributes) << "what is in memory serves small pages too";
  ASSERT_TRUE(put(bucket, "b", "b"));
  EXPECT_EQ(listed()["a"], "damaged") << "the leaf has changed";
  ASSERT_TRUE(put(bucket, "a", "a"));
  EXPECT_EQ(listed()["a"], before.at("a"));
}

TEST_F(LeafCacheTest, PrefixesAndPagesOfWholeLeaves) {
  std::vector<std::string> all;
  for (int i = 0; i < 300; ++i) all.push_back((i % 3 == 0 ? "x/" : i % 3 == 1 ? "y" : "z/") + std::to_string(i));
  for (const auto& name : all) ASSERT_TRUE(put(bucket, name, name));
  const auto expected = stored(all);
  EXPECT_EQ(listed(), expected);
  for (const std::string prefix : {"x/", "y", "y1", "z/29", "zz", "", "w"}) {
    std::map<std::string, std::string> wanted;
    for (const auto& [name, sum] : expected) {
      if (name.starts_with(prefix)) wanted[name] = sum;
    }
    EXPECT_EQ(listed(prefix), wanted) << prefix;
  }
  // Small pages find the leaves in memory.
  std::vector<std::string> paged;
  for (ListRequest request{.limit = 7, .recursive = true};;) {
    const auto page = store->list_blocking(*bucket, request);
    ASSERT_TRUE(page);
    for (const auto& entry : page->entries) paged.push_back(entry.name);
    if (!page->more) break;
    request.after = paged.back();
  }
  EXPECT_TRUE(std::is_sorted(paged.begin(), paged.end()));
  EXPECT_EQ(paged.size(), expected.size());
}

TEST_F(LeafCacheTest, WritersAndReadersAtOnce) {
  std::vector<std::string> all;
  for (int i = 0; i < 60; ++i) all.push_back("o" + std::to_string(i));
  std::atomic<bool> stop{false};
  std::thread reader([&] {
    while (!stop) listed();
  });
  std::vector<std::thread> writers;
  for (unsigned seed = 1; seed <= 2; ++seed) {
    writers.emplace_back([&, seed] {
      std::mt19937 random(seed);
      for (int i = 0; i < 600; ++i) {
        const auto& name = all[random() % all.size()];
        if (random() % 3 == 0) {
          static_cast<void>(await(store->remove(bucket, name)));
        } else {
          static_cast<void>(put(bucket, name, std::to_string(random())));
        }
      }
    });
  }
  for (auto& writer : writers) writer.join();
  stop = true;
  reader.join();
  EXPECT_EQ(listed(), stored(all));
}

TEST_F(LeafCacheTest, StaysWithinItsLimit) {
  for (int i = 0; i < 64; ++i) ASSERT_TRUE(put(bucket, "o" + std::to_string(100 + i), "x"));
  std::vector<std::shared_ptr<Leaf>> leaves;
  const auto mountpath = Mountpath::open({directory.path() + "/other", ""});
  ASSERT_TRUE(mountpath);
  for (std::uint32_t i = 0; i < 40; ++i) leaves.push_back(std::make_shared<Leaf>(i, ""));
  std::filesystem::create_directories((*mountpath)->objects_path() + bucket_path(1));
  for (const auto& leaf : leaves) {
    std::filesystem::create_directories((*mountpath)->objects_path() + leaf_path(1, leaf->number));
  }
  const auto read = [&](const Leaf& leaf) { return *LeafContents::read(**mountpath, 1, leaf, log); };
  const std::size_t one = read(*leaves.front())->memory();
  LeafCache cache(10 * one);
  for (const auto& leaf : leaves) cache.insert(leaf, read(*leaf));
  std::size_t kept = 0;
  for (const auto& leaf : leaves) kept += cache.find(*leaf) != nullptr ? 1 : 0;
  EXPECT_EQ(kept, 10U);
  EXPECT_TRUE(cache.find(*leaves.back())) << "the last used stay";
  leaves.back()->changes.fetch_add(1);
  EXPECT_FALSE(cache.find(*leaves.back()));
  LeafCache tiny(one);
  tiny.insert(leaves.front(), read(*leaves.front()));
  EXPECT_FALSE(tiny.find(*leaves.front())) << "nothing that takes more than a quarter";
}

}  // namespace
}  // namespace bryo::kernel::testing
