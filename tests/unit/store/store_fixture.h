#pragma once

/// A store in a directory of its own, and the few calls that every test makes.

#include <gtest/gtest.h>

#include <bryo/host.h>
#include <kernel/store/object_store.h>
#include <tests/unit/store/fakes.h>

#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel::testing {

inline BucketPtr make_bucket(std::uint64_t id = 1, StoragePolicy policy = {}, std::string name = "b") {
  return std::make_shared<BucketRecord>(BucketName{.name = std::move(name)}, id, std::move(policy));
}

/// A store on `mountpaths` directories, which can be closed and opened again.
class StoreTest : public ::testing::Test {
 protected:
  void SetUp() override { open(); }

  /// Relaxed unless a test says otherwise: most of them are not about the disk.
  virtual StoreConfig config() const {
    StoreConfig out;
    out.durability = Durability::Relaxed;
    out.leaf_names = leaf_names;
    out.open_files = 256;
    for (int i = 0; i < mountpath_count; ++i) {
      out.mountpaths.push_back({directory.path() + "/mp" + std::to_string(i), "disk" + std::to_string(i)});
    }
    return out;
  }
  void open() {
    store.reset();
    auto opened = ObjectStore::open(config(), pool, clock, log);
    ASSERT_TRUE(opened) << opened.error().message();
    store = std::move(*opened);
  }

  Result<ObjectAttributes> put(const BucketPtr& to, const std::string& name, std::string_view content,
                               WriteOptions options = {}) {
    return await(put_task(to, name, content, std::move(options)));
  }
  Result<ObjectPtr> get(const BucketPtr& from, const std::string& name) { return await(store->open(from, name)); }
  /// The content, or the error's sentence.
  std::string content(const BucketPtr& from, const std::string& name) {
    auto object = get(from, name);
    if (!object) return object.error().message();
    std::string text((*object)->size(), '\0');
    const Status read = (*object)->read_blocking(0, {reinterpret_cast<std::byte*>(text.data()), text.size()});
    return read ? text : read.error().message();
  }
  std::vector<std::string> names(const BucketPtr& of, ListRequest request = {}) {
    auto page = store->list_blocking(*of, request);
    std::vector<std::string> out;
    if (!page) return {page.error().message()};
    for (const auto& entry : page->entries) out.push_back(entry.name);
    return out;
  }

  TemporaryDirectory directory;
  InlinePool pool;
  ManualClock clock;
  MemoryLog log;
  std::unique_ptr<ObjectStore> store;
  BucketPtr bucket = make_bucket();
  int mountpath_count = 1;
  std::size_t leaf_names = 2048;

 private:
  Task<Result<ObjectAttributes>> put_task(BucketPtr to, std::string name, std::string_view content,
                                          WriteOptions options) {
    BRYO_CO_TRY(writer, co_await store->create(to, name, std::move(options)));
    BRYO_CO_CHECK(co_await writer->write(as_bytes(content)));
    co_return co_await writer->commit();
  }
};

}  // namespace bryo::kernel::testing
