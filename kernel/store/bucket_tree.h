#pragma once

/// One bucket on one mountpath: leaf directories that partition its names by order. README.md has the whole picture.
///
/// Readers (`at`) take no lock and may run on an event loop if what they attempt does not block. Everything else
/// blocks. A file moves only from a leaf to the one split off it, and the table that tells of the new leaf is published
/// before the first file moves; so a reader looks into the old leaf, then the new one, and again if the table has
/// changed.

#include <bryo/host.h>
#include <kernel/store/leaf_record.h>
#include <kernel/store/leaf_table.h>
#include <kernel/store/mountpath.h>
#include <kernel/store/name_codec.h>
#include <kernel/store/snapshot.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bryo::kernel {

struct TreeOptions {
  std::size_t leaf_names = 2048;  ///< a leaf with more is split
  bool sync = true;               ///< splits wait for the disk
};

class BucketTree {
 public:
  BucketTree(const Mountpath& mountpath, std::uint64_t bucket_id, TreeOptions options, Log& log);

  /// Reads the leaves, finishing what a crash interrupted. Fails naming the damaged directory; may be repeated.
  Status load();
  [[nodiscard]] bool loaded() const noexcept { return loaded_.load(std::memory_order_acquire); }

  [[nodiscard]] const Mountpath& mountpath() const noexcept { return mountpath_; }
  [[nodiscard]] std::uint64_t bucket_id() const noexcept { return bucket_id_; }

  /// Calls `attempt(path)` (-> 0 or an errno) where the object may be, until it is not ENOENT; answers the last errno.
  template <class Attempt>
  int at(std::string_view name, const FileName& file, Attempt attempt) const;

  /// Makes the unnamed file `descriptor` the object `name`, atomically replacing what was there.
  Status publish(std::string_view name, const FileName& file, int descriptor);
  /// Answers whether there was such an object.
  Result<bool> remove(std::string_view name, const FileName& file);
  /// The metadata of an object has changed.
  void note_change(std::string_view name);
  /// Makes the object `from` the object `to`, atomically replacing what was there. Answers whether there was a `from`.
  Result<bool> rename(std::string_view from, const FileName& from_file, std::string_view to, const FileName& to_file);
  /// Waits until the entry of `name` is on the disk.
  Status sync(std::string_view name) const;
  /// No more names are accepted; the directory goes to the trash. Answers whether there was one.
  Result<bool> drop();

  /// The leaves as of now; null while the bucket has no directory.
  [[nodiscard]] std::shared_ptr<const LeafTable> leaves() const { return table_.load(); }

 private:
  struct LockedLeaf {
    std::shared_ptr<Leaf> leaf;
    std::unique_lock<std::mutex> lock;
  };

  // Loading (bucket_tree_load.cc).
  Status load_table();
  Result<std::vector<LeafRange>> read_leaves();
  Result<LeafRecord> read_leaf_record(std::uint32_t number) const;
  Status finish_splits();
  void remove_empty_leaves(LeafTable& table) const;

  // Publishing, removing and renaming (bucket_tree.cc, bucket_tree_rename.cc).
  Result<LockedLeaf> lock_leaf(std::string_view name);
  Result<std::pair<LockedLeaf, LockedLeaf>> lock_leaves(std::string_view a, std::string_view b);
  Status create_first_leaf();
  [[nodiscard]] Error dropped() const;
  Result<bool> link(const ObjectPath& path, int descriptor) const;
  Error failure(int error, const ObjectPath& path, std::string_view what) const;

  // Splitting (bucket_tree_split.cc).
  void note_arrival(const std::shared_ptr<Leaf>& leaf, std::string_view name);
  Status split(const std::shared_ptr<Leaf>& leaf, std::string_view arrival);
  Status create_leaf(std::uint32_t number, const LeafRecord& record) const;
  Status finish_fill(std::string_view name);
  Status fill(const LeafRange& range, std::span<const std::string_view> names);
  void set_range(const LeafRange& range);
  void swap_table(std::shared_ptr<const LeafTable> next);
  Status sync_directory(const std::string& path) const;

  const Mountpath& mountpath_;
  const std::uint64_t bucket_id_;
  const TreeOptions options_;
  Log& log_;

  Snapshot<LeafTable> table_;
  std::atomic<std::uint64_t> changes_{0};  ///< of the table
  std::atomic<bool> loaded_{false};

  std::mutex loading_;
  std::mutex structure_;  ///< held while the table, the counter below or the bucket's directory is changed
  std::uint32_t last_number_ = 0;
  bool dropped_ = false;
};

template <class Attempt>
int BucketTree::at(std::string_view name, const FileName& file, Attempt attempt) const {
  for (;;) {
    const std::uint64_t seen = changes_.load(std::memory_order_acquire);
    const auto table = table_.load();
    if (!table) return ENOENT;
    const LeafRange& range = table->ranges[table->find(name)];
    int error = ENOENT;
    if (range.source) error = attempt(ObjectPath(bucket_id_, range.source->number, file.view()));
    if (error == ENOENT) error = attempt(ObjectPath(bucket_id_, range.leaf->number, file.view()));
    if (error != ENOENT || seen == changes_.load(std::memory_order_acquire)) return error;
  }
}

}  // namespace bryo::kernel
