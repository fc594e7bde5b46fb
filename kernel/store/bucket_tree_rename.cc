#include <kernel/runtime/sync_point.h>
#include <kernel/store/bucket_tree.h>

#include <fcntl.h>

#include <cstdio>

namespace bryo::kernel {

Result<bool> BucketTree::rename(std::string_view from, const FileName& from_file, std::string_view to,
                                const FileName& to_file) {
  if (!table_.load()) return false;
  BRYO_TRY(leaves, lock_leaves(from, to));
  auto& [source, target] = leaves;
  const ObjectPath old_path(bucket_id_, source.leaf->number, from_file.view());
  const ObjectPath new_path(bucket_id_, target.leaf->number, to_file.view());
  bool replaced = false;
  const auto rename = [&](unsigned flags) {
    const int fault = BRYO_FAULT_POINT("store.rename");
    if (fault != 0) return fault;
    const int objects = mountpath_.objects();
    return ::renameat2(objects, old_path.c_str(), objects, new_path.c_str(), flags) == 0 ? 0 : errno;
  };
  int error = rename(RENAME_NOREPLACE);
  if (error == EEXIST) {
    replaced = true;
    error = rename(0);
  }
  if (error == ENOENT && table_.load()) return false;
  if (error != 0) return failure(error, old_path, "rename");
  BRYO_SYNC_POINT("store.renamed");
  for (Leaf* leaf : {source.leaf.get(), target.leaf.get()}) leaf->changes.fetch_add(1, std::memory_order_release);
  if (source.leaf->names && *source.leaf->names > 0) --*source.leaf->names;
  if (replaced) return true;
  if (source.leaf == target.leaf) {
    if (source.leaf->names) ++*source.leaf->names;
    return true;
  }
  // A split takes locks upwards, and the leaf that was left may be above the one that is split.
  if (source.lock) source.lock.unlock();
  if (target.lock) note_arrival(target.leaf, to);
  return true;
}

/// The leaves of both names, locked and with all of their names in them. When they are one, it is locked once.
Result<std::pair<BucketTree::LockedLeaf, BucketTree::LockedLeaf>> BucketTree::lock_leaves(std::string_view a,
                                                                                          std::string_view b) {
  for (;;) {
    const auto table = table_.load();
    if (!table) return dropped();
    const LeafRange& range_a = table->ranges[table->find(a)];
    const LeafRange& range_b = table->ranges[table->find(b)];
    if (range_a.source || range_b.source) {
      BRYO_CHECK(finish_fill(range_a.source ? a : b));
      continue;
    }
    std::pair<LockedLeaf, LockedLeaf> locked;
    locked.first.leaf = range_a.leaf;
    locked.second.leaf = range_b.leaf;
    // In the order of their names, as splits do.
    LockedLeaf& lower = b < a ? locked.second : locked.first;
    LockedLeaf& upper = b < a ? locked.first : locked.second;
    lower.lock = std::unique_lock(lower.leaf->mutex);
    if (upper.leaf != lower.leaf) upper.lock = std::unique_lock(upper.leaf->mutex);
    if (table_.load() == table) return locked;
  }
}

}  // namespace bryo::kernel
