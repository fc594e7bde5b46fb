#pragma once

/// Open objects by bucket id and name. `open` is the price of a small object, so the store keeps descriptors.

#include <kernel/store/open_file.h>

#include <boost/unordered/unordered_flat_set.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace bryo::kernel {

using OpenFilePtr = std::shared_ptr<const OpenFile>;

/// Thread-safe; no call waits for the disk except that dropping the last reference to a deleted file frees its blocks.
///
/// The order that keeps stale files out: who opens a file takes `generation` first, and `insert` refuses the file if
/// anything was invalidated in that part of the cache since; who changes an object invalidates after the change.
class DescriptorCache {
 public:
  explicit DescriptorCache(std::size_t capacity);

  /// Null when it is not there.
  [[nodiscard]] OpenFilePtr find(const ObjectKey& key);
  [[nodiscard]] std::uint64_t generation(const ObjectKey& key) const noexcept;
  /// Answers the file to use: `file`, or the one that another thread was first with.
  OpenFilePtr insert(OpenFilePtr file, const ObjectKey& key, std::uint64_t generation);
  /// Without marking it as used.
  [[nodiscard]] OpenFilePtr peek(const ObjectKey& key) const;

  void invalidate(const ObjectKey& key);
  void invalidate_bucket(std::uint64_t bucket_id);
  /// Drops half of everything: the process is out of descriptors.
  void shrink();

  [[nodiscard]] std::size_t size() const noexcept { return count_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

 private:
  struct Hash {
    using is_transparent = void;
    using is_avalanching = void;
    std::size_t operator()(const OpenFile* file) const noexcept { return file->hash(); }
    std::size_t operator()(const ObjectKey& key) const noexcept { return key.hash; }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const OpenFile* a, const OpenFile* b) const noexcept { return a == b; }
    bool operator()(const ObjectKey& key, const OpenFile* file) const noexcept { return file->is(key); }
    bool operator()(const OpenFile* file, const ObjectKey& key) const noexcept { return file->is(key); }
  };
  struct Slot {
    OpenFilePtr file;
    bool used = false;  ///< since the hand passed
  };
  struct alignas(64) Shard {
    mutable std::mutex mutex;
    std::atomic<std::uint64_t> generation{0};
    boost::unordered_flat_set<const OpenFile*, Hash, Equal> index;
    std::vector<Slot> ring;  ///< CLOCK: a hit only sets a flag
    std::size_t hand = 0;
  };
  static constexpr std::size_t kShards = 16;

  static std::size_t shard_number(const ObjectKey& key) noexcept { return (key.hash >> 32) % kShards; }
  [[nodiscard]] Shard& shard(const ObjectKey& key) noexcept { return shards_[shard_number(key)]; }
  [[nodiscard]] const Shard& shard(const ObjectKey& key) const noexcept { return shards_[shard_number(key)]; }
  OpenFilePtr take(Shard& shard, std::size_t slot);
  OpenFilePtr evict(Shard& shard);

  const std::size_t capacity_;
  std::atomic<std::size_t> count_{0};
  std::array<Shard, kShards> shards_;
};

}  // namespace bryo::kernel
