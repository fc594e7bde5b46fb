#pragma once

/// Names and metadata of whole leaves in memory, so that a listing that asks for checksums reads each object's metadata
/// from the disk once, not at every page of every listing.

#include <kernel/store/leaf_table.h>
#include <kernel/store/mountpath.h>

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace bryo::kernel {

/// The objects of one leaf as of one moment. Immutable.
class LeafContents {
 public:
  /// Reads names, sizes and records from the disk. Objects that vanish meanwhile are left out. Blocking.
  static Result<std::shared_ptr<const LeafContents>> read(const Mountpath& mountpath, std::uint64_t bucket_id,
                                                          const Leaf& leaf, Log& log);

  /// Sorted bytewise, from the first that is not less than `from` on.
  [[nodiscard]] std::size_t find(std::string_view from) const;
  [[nodiscard]] std::size_t count() const noexcept { return entries_.size(); }
  [[nodiscard]] std::string_view name(std::size_t i) const noexcept;
  [[nodiscard]] std::uint64_t size(std::size_t i) const noexcept { return entries_[i].size; }
  [[nodiscard]] bool chunked(std::size_t i) const noexcept { return entries_[i].chunked != 0; }
  /// The object's `user.bryo`; empty when it has none.
  [[nodiscard]] std::string_view record(std::size_t i) const noexcept;

  /// The leaf is the one that was read.
  [[nodiscard]] bool current(const Leaf& leaf) const noexcept {
    return changes_ == leaf.changes.load(std::memory_order_acquire);
  }
  [[nodiscard]] std::size_t memory() const noexcept;

 private:
  struct Entry {
    std::uint64_t size;
    std::uint32_t at;  ///< of the name; the record follows it
    std::uint16_t name_size : 15;
    std::uint16_t chunked : 1;  ///< arrived in parts
    std::uint16_t record_size;
  };

  std::uint64_t changes_ = 0;
  std::string bytes_;
  std::vector<Entry> entries_;
};

/// The leaves that were used last, within a limit of bytes. Thread-safe.
class LeafCache {
 public:
  explicit LeafCache(std::size_t limit) : limit_(limit) {}

  /// Null when there is nothing, or the leaf has changed.
  std::shared_ptr<const LeafContents> find(const Leaf& leaf);
  void insert(std::shared_ptr<const Leaf> leaf, std::shared_ptr<const LeafContents> contents);

 private:
  struct Kept {
    std::shared_ptr<const Leaf> leaf;
    std::shared_ptr<const LeafContents> contents;
  };
  using Order = std::list<Kept>;
  void erase_locked(Order::iterator kept);

  const std::size_t limit_;
  std::mutex mutex_;
  std::size_t held_ = 0;
  Order order_;  ///< used last first
  std::unordered_map<const Leaf*, Order::iterator> by_leaf_;
};

}  // namespace bryo::kernel
