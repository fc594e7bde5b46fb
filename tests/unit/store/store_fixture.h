#pragma once

/// What the store's tests share: a directory of their own, a pool that runs inline, a clock that is set by hand, a log
/// that remembers.

#include <gtest/gtest.h>

#include <bryo/host.h>
#include <kernel/store/object_store.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel::testing {

/// Runs the work where it is awaited, and counts.
class InlinePool final : public BlockingPool {
 public:
  Task<Status> run(std::function<Status()> work) override {
    ++runs;
    co_return work();
  }
  std::atomic<int> runs{0};
};

class ManualClock final : public Clock {
 public:
  [[nodiscard]] std::chrono::steady_clock::time_point now() const override { return {}; }
  [[nodiscard]] std::int64_t unix_ns() const override { return now_ns.load(); }
  std::atomic<std::int64_t> now_ns{1'795'228'391'600'842'973};
};

class MemoryLog final : public Log {
 public:
  void debug(std::string_view, Fields) override {}
  void info(std::string_view message, Fields fields) override { add("info", message, fields); }
  void warning(std::string_view message, Fields fields) override { add("warning", message, fields); }
  void error(std::string_view message, Fields fields) override { add("error", message, fields); }

  [[nodiscard]] std::string text() const {
    const std::scoped_lock lock(mutex_);
    return text_;
  }

 private:
  void add(std::string_view level, std::string_view message, Fields fields) {
    const std::scoped_lock lock(mutex_);
    text_.append(level).append(": ").append(message);
    for (const auto& [key, value] : fields) text_.append(" ").append(key).append("=").append(value);
    text_.push_back('\n');
  }
  mutable std::mutex mutex_;
  std::string text_;
};

/// Removed with everything in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "bryo-store-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Runs a task to its end on this thread.
template <class T>
T await(Task<T> task) {
  boost::asio::io_context loop;
  auto future = boost::asio::co_spawn(loop, std::move(task), boost::asio::use_future);
  loop.run();
  return future.get();
}

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
