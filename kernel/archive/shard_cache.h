#pragma once

/// Member indexes of shards, by the stamp of the object version they belong to: another version has another stamp, so
/// nothing in here can be stale.

#include <bryo/host.h>

#include <array>
#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace bryo::kernel {

/// LRU bounded in bytes of index memory. Thread-safe.
class ShardCache {
 public:
  explicit ShardCache(std::uint64_t limit_bytes) : limit_(limit_bytes) {}

  /// The shard with this very object, if its index is here. No waiting.
  std::optional<Shard> find(const ObjectPtr& object);
  /// `build` (blocking) is run at most once at a time for one stamp; whoever asks meanwhile waits for that run.
  Task<Result<Shard>> open(ObjectPtr object, BlockingPool& blocking, std::function<Result<Shard>()> build);

  void set_limit(std::uint64_t bytes);
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_.load(std::memory_order_relaxed); }

 private:
  struct Kept {
    std::uint64_t stamp;
    std::shared_ptr<const MemberIndex> index;
    std::shared_ptr<const ArchiveFormat> format;
    std::uint64_t bytes;
  };
  /// One indexing pass; the mutex is held by the pool thread that runs it.
  struct Pass {
    std::mutex mutex;
    std::optional<Result<Shard>> result;
  };

  void insert(std::uint64_t stamp, const Shard& shard);
  void evict_locked();

  std::atomic<std::uint64_t> limit_;
  std::atomic<std::uint64_t> bytes_{0};
  std::mutex mutex_;
  std::list<Kept> order_;  ///< most recently used first
  std::unordered_map<std::uint64_t, std::list<Kept>::iterator> index_;
  std::unordered_map<std::uint64_t, std::weak_ptr<Pass>> passes_;
};

}  // namespace bryo::kernel
