#include "store_fixture.h"

#include <kernel/store/leaf_record.h>
#include <kernel/store/name_codec.h>

#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <random>
#include <set>

namespace bryo::kernel::testing {
namespace {

/// What a page should be, from a set of names.
std::vector<std::string> expected_page(const std::set<std::string>& all, const ListRequest& request, bool& more) {
  std::vector<std::string> out;
  more = false;
  for (const std::string& name : all) {
    if (!name.starts_with(request.prefix)) continue;
    std::string entry = name;
    if (const auto slash = name.find('/', request.prefix.size()); !request.recursive && slash != std::string::npos) {
      entry = name.substr(0, slash + 1);
    }
    if (entry <= request.after || (!out.empty() && out.back() == entry)) continue;
    if (out.size() == request.limit) {
      more = true;
      break;
    }
    out.push_back(entry);
  }
  return out;
}

class ListingTest : public StoreTest {
 protected:
  void SetUp() override {
    leaf_names = 8;
    mountpath_count = 3;
    open();
  }
  void put_all(const std::vector<std::string>& all) {
    for (const std::string& name : all) {
      ASSERT_TRUE(put(bucket, name, name)) << name;
      model.insert(name);
    }
  }
  void check(const ListRequest& request) {
    const auto page = store->list_blocking(*bucket, request);
    ASSERT_TRUE(page) << page.error().message();
    std::vector<std::string> listed;
    for (const ListedObject& entry : page->entries) {
      listed.push_back(entry.name);
      EXPECT_EQ(entry.directory, entry.name.ends_with('/')) << entry.name;
      EXPECT_EQ(entry.size, entry.directory ? 0 : entry.name.size());
    }
    bool more = false;
    EXPECT_EQ(listed, expected_page(model, request, more))
        << "prefix=" << request.prefix << " after=" << request.after << " limit=" << request.limit
        << " recursive=" << request.recursive;
    EXPECT_EQ(page->more, more);
  }

  std::set<std::string> model;
};

TEST_F(ListingTest, AnEmptyBucket) {
  check({});
  check({.prefix = "a", .recursive = false});
}

TEST_F(ListingTest, OrderIsBytewise) {
  put_all({"a", "a/b", "a-b", "a.b", "a0", "A", "\xc3\xbc", "z", "~", "%", "a!"});
  check({});
  check({.recursive = false});
  check({.prefix = "a", .recursive = false});
  check({.prefix = "a/", .recursive = false});
}

TEST_F(ListingTest, DirectoriesAppearOnceWhereverThePageEnds) {
  std::vector<std::string> all;
  for (int d = 0; d < 6; ++d) {
    for (int i = 0; i < 30; ++i)
      all.push_back("d" + std::to_string(d) + "/sub" + std::to_string(i % 3) + "/" + std::to_string(i));
    all.push_back("d" + std::to_string(d) + ".txt");
  }
  put_all(all);
  for (const std::string prefix : {"", "d", "d3/", "d3/sub", "d3/sub1/"}) {
    for (const std::size_t limit : {1u, 2u, 5u, 100u}) {
      ListRequest request{.prefix = prefix, .limit = limit, .recursive = false};
      std::vector<std::string> pages;
      for (;;) {
        check(request);
        const auto page = store->list_blocking(*bucket, request);
        for (const auto& entry : page->entries) pages.push_back(entry.name);
        if (!page->more) break;
        request.after = pages.back();
      }
      bool more = false;
      EXPECT_EQ(pages, expected_page(model, {.prefix = prefix, .recursive = false}, more));
    }
  }
}

TEST_F(ListingTest, RandomRequestsAgainstAModel) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto text = [&](std::size_t longest) {
    std::string out(random() % (longest + 1), '\0');
    for (char& c : out) c = "abc/.-"[random() % 6];
    return out;
  };
  for (int i = 0; i < 400; ++i) {
    const std::string name = text(10);
    if (check_object_name(name)) put_all({name});
  }
  for (int i = 0; i < 400; ++i) {
    check({.prefix = text(2), .after = text(4), .limit = 1 + random() % 40, .recursive = random() % 2 == 0});
  }
  // Paging through everything meets every name once.
  for (const bool recursive : {true, false}) {
    ListRequest request{.limit = 7, .recursive = recursive};
    std::vector<std::string> pages;
    for (;;) {
      const auto page = store->list_blocking(*bucket, request);
      ASSERT_TRUE(page);
      for (const auto& entry : page->entries) pages.push_back(entry.name);
      if (!page->more) break;
      request.after = pages.back();
    }
    bool more = false;
    EXPECT_EQ(pages, expected_page(model, {.limit = 100'000, .recursive = recursive}, more));
  }
}

TEST_F(ListingTest, AttributesOnRequest) {
  ASSERT_TRUE(put(bucket, "o", "hello", {.custom = {{{"k", "v"}}}}));
  auto page = store->list_blocking(*bucket, {.attributes = true, .atimes = true});
  ASSERT_EQ(page->entries.size(), 1u);
  const ListedObject& entry = page->entries[0];
  ASSERT_TRUE(entry.attributes);
  EXPECT_EQ(entry.size, 5u);
  EXPECT_EQ(entry.attributes->checksum_value, "26c7827d889f6da3");
  EXPECT_EQ(entry.attributes->custom.front().first, "k");
  EXPECT_EQ(entry.atime_ns, clock.now_ns);
  EXPECT_EQ(entry.mountpath, store->mountpath_of(**get(bucket, "o")).path);
  page = store->list_blocking(*bucket, {.sizes = false});
  EXPECT_EQ(page->entries[0].name, "o");
  EXPECT_EQ(page->entries[0].size, 0u);
}

TEST_F(ListingTest, PagesForPlugins) {
  put_all({"a", "b/1", "b/2", "c"});
  Objects& objects = *store;
  auto page = await(objects.list(bucket, {.limit = 3}));
  ASSERT_TRUE(page) << page.error().message();
  ASSERT_EQ(page->objects.size(), 3u);
  EXPECT_TRUE(page->more);
  EXPECT_EQ(page->objects[1].name, "b/1");
  EXPECT_EQ(page->objects[1].size, 3u);
  EXPECT_EQ(page->objects[1].attributes, nullptr);
  page = await(objects.list(bucket, {.after = "b/2", .attributes = true}));
  ASSERT_EQ(page->objects.size(), 1u);
  EXPECT_FALSE(page->more);
  EXPECT_EQ(page->objects[0].name, "c");
  ASSERT_TRUE(page->objects[0].attributes);
  EXPECT_EQ(page->objects[0].attributes->checksum_type, "xxhash2");
  page = await(objects.list(bucket, {.prefix = "b/"}));
  EXPECT_EQ(page->objects.size(), 2u);
  ASSERT_TRUE(store->drop_bucket_blocking(bucket->id()));
  const auto gone = await(objects.list(bucket, {}));
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code(), Errc::NotFound);
}

TEST_F(ListingTest, OneDamagedObjectDoesNotHideTheOthers) {
  put_all({"a", "b", "c"});
  const std::string base = store->mountpath_of(**get(bucket, "b")).path + "/objects/0000000000000001/00000001/";
  ASSERT_EQ(::setxattr((base + "b").c_str(), "user.bryo", "x", 1, 0), 0);
  std::ofstream(base + "x~0123456789abcdef0123456789abcdef") << "no name";
  std::ofstream(base + "half~") << "never written by the store";
  const auto page = store->list_blocking(*bucket, {.attributes = true});
  ASSERT_TRUE(page) << page.error().message();
  ASSERT_EQ(page->entries.size(), 3u);
  EXPECT_FALSE(page->entries[1].attributes);
  EXPECT_TRUE(page->entries[2].attributes);
  EXPECT_NE(log.text().find("an object with damaged metadata is listed without it error=file " + base + "b has"),
            std::string::npos)
      << log.text();
  EXPECT_NE(log.text().find("file=" + base + "half~"), std::string::npos) << log.text();
}

std::int64_t resident_kib() {
  std::ifstream status("/proc/self/statm");
  std::int64_t total = 0;
  std::int64_t resident = 0;
  status >> total >> resident;
  return resident * 4;
}

/// Memory if there is some with extended attributes: 200,000 names make a busy disk wait.
std::filesystem::path fast_directory() {
  const TemporaryDirectory probe(std::filesystem::exists("/dev/shm") ? "/dev/shm"
                                                                     : std::filesystem::temp_directory_path());
  const bool usable = ::setxattr(probe.path().c_str(), "user.bryo", "x", 1, 0) == 0;
  return usable ? std::filesystem::path(probe.path()).parent_path() : std::filesystem::temp_directory_path();
}

class LargeListingTest : public ::testing::Test {
 protected:
  static constexpr int kNames = 200'000;
  static constexpr int kLeaf = 2000;

  static std::string name(int i) {
    std::array<char, 32> text;
    std::snprintf(text.data(), text.size(), "%03d/sample-%08d", i / 1000, i);
    return text.data();
  }
  /// The layout as the store makes it, with links instead of objects of their own: a hundredth of the time.
  void make_leaves() {
    const std::string bucket_directory = directory.path() + "/mp/objects/0000000000000001/";
    for (int leaf = 0; leaf < kNames / kLeaf; ++leaf) {
      std::array<char, 16> number;
      std::snprintf(number.data(), number.size(), "%08x/", leaf + 1);
      const std::string path = bucket_directory + number.data();
      std::filesystem::create_directories(path);
      const std::string record = encode_leaf_record({.lower = leaf == 0 ? "" : name(leaf * kLeaf)});
      ASSERT_EQ(::setxattr(path.c_str(), kLeafAttribute, record.data(), record.size(), 0), 0);
      const std::string first = path + FileName(name(leaf * kLeaf)).c_str();
      std::ofstream(first) << "x";
      for (int i = leaf * kLeaf + 1; i < (leaf + 1) * kLeaf; ++i) {
        ASSERT_EQ(::link(first.c_str(), (path + FileName(name(i)).c_str()).c_str()), 0);
      }
    }
  }

  TemporaryDirectory directory{fast_directory()};
  InlinePool pool;
  ManualClock clock;
  MemoryLog log;
};

TEST_F(LargeListingTest, AllNamesInOrderInConstantMemory) {
  make_leaves();
  auto opened = ObjectStore::open({.mountpaths = {{directory.path() + "/mp", ""}}}, pool, clock, log);
  ASSERT_TRUE(opened) << opened.error().message();
  ObjectStore& store = **opened;
  const BucketPtr bucket = make_bucket();
  const std::int64_t before = resident_kib();
  std::int64_t most = before;
  int count = 0;
  ListRequest request{.limit = 5000, .sizes = false};
  for (;;) {
    const auto page = store.list_blocking(*bucket, request);
    ASSERT_TRUE(page) << page.error().message();
    for (const ListedObject& entry : page->entries) ASSERT_EQ(entry.name, name(count++));
    most = std::max(most, resident_kib());
    if (!page->more) break;
    request.after = page->entries.back().name;
  }
  EXPECT_EQ(count, kNames);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which keep what was freed
  EXPECT_LT(most - before, 8 << 10) << "KiB, for pages of 5,000 names and leaves of 2,000";
#endif
  const auto directories = store.list_blocking(*bucket, {.recursive = false});
  ASSERT_TRUE(directories);
  EXPECT_EQ(directories->entries.size(), static_cast<std::size_t>(kNames / 1000));
}

}  // namespace
}  // namespace bryo::kernel::testing
