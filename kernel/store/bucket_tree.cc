#include <kernel/runtime/sync_point.h>
#include <kernel/store/bucket_tree.h>
#include <kernel/store/disk_error.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdio>

namespace bryo::kernel {
namespace {

/// Gives an unnamed file a name; 0 or an errno.
int link_descriptor(int descriptor, int directory, const char* path) {
  if (const int fault = BRYO_FAULT_POINT("store.link")) return fault;
  if (::linkat(descriptor, "", directory, path, AT_EMPTY_PATH) == 0) return 0;
  if (errno != ENOENT && errno != EPERM) return errno;
  // Not permitted to this user (or the directory is gone): through /proc, which needs no capability.
  const std::string self = "/proc/self/fd/" + std::to_string(descriptor);
  return ::linkat(AT_FDCWD, self.c_str(), directory, path, AT_SYMLINK_FOLLOW) == 0 ? 0 : errno;
}

}  // namespace

BucketTree::BucketTree(const Mountpath& mountpath, std::uint64_t bucket_id, TreeOptions options, Log& log)
    : mountpath_(mountpath), bucket_id_(bucket_id), options_(options), log_(log) {}

Status BucketTree::publish(std::string_view name, const FileName& file, int descriptor) {
  BRYO_TRY(locked, lock_leaf(name));
  auto replaced = link(ObjectPath(bucket_id_, locked.leaf->number, file.view()), descriptor);
  BRYO_SYNC_POINT("store.after_link");
  locked.leaf->changes.fetch_add(1, std::memory_order_release);
  if (!replaced) return replaced.error();
  if (!*replaced) note_arrival(locked.leaf, name);
  return {};
}

Result<bool> BucketTree::remove(std::string_view name, const FileName& file) {
  for (;;) {
    const auto table = table_.load();
    if (!table) return false;
    const LeafRange range = table->ranges[table->find(name)];
    // Not through lock_leaf: a split that a full disk stopped must not stop the deletion that makes room.
    std::unique_lock<std::mutex> source_lock;
    if (range.source) source_lock = std::unique_lock(range.source->mutex);
    const std::scoped_lock lock(range.leaf->mutex);
    if (table_.load() != table) continue;
    for (Leaf* leaf : {range.source.get(), range.leaf.get()}) {
      if (leaf == nullptr) continue;
      const ObjectPath path(bucket_id_, leaf->number, file.view());
      if (::unlinkat(mountpath_.objects(), path.c_str(), 0) == 0) {
        leaf->changes.fetch_add(1, std::memory_order_release);
        if (leaf->names && *leaf->names > 0) --*leaf->names;
        return true;
      }
      if (errno != ENOENT) return failure(errno, path, "remove");
    }
    return false;
  }
}

void BucketTree::note_change(std::string_view name) {
  const auto table = table_.load();
  if (!table) return;
  const LeafRange& range = table->ranges[table->find(name)];
  range.leaf->changes.fetch_add(1, std::memory_order_release);
  if (range.source) range.source->changes.fetch_add(1, std::memory_order_release);
}

Status BucketTree::sync(std::string_view name) const {
  const auto table = table_.load();
  if (!table) return {};
  return sync_directory(leaf_path(bucket_id_, table->ranges[table->find(name)].leaf->number));
}

Result<bool> BucketTree::drop() {
  const std::scoped_lock lock(structure_);
  dropped_ = true;
  swap_table(nullptr);
  const std::string directory = bucket_path(bucket_id_);
  for (;;) {
    const std::string trash = directory + "-" + std::to_string(mountpath_.next_number());
    if (::renameat2(mountpath_.objects(), directory.c_str(), mountpath_.trash(), trash.c_str(), RENAME_NOREPLACE) ==
        0) {
      return true;
    }
    if (errno == ENOENT) return false;
    if (errno != EEXIST) {
      return disk_error(errno, "cannot move " + mountpath_.objects_path() + directory + " to the trash",
                        mountpath_.path());
    }
  }
}

/// The leaf that `name` belongs to, locked and with all of its names in it.
Result<BucketTree::LockedLeaf> BucketTree::lock_leaf(std::string_view name) {
  for (;;) {
    const auto table = table_.load();
    if (!table) {
      BRYO_CHECK(create_first_leaf());
      continue;
    }
    const LeafRange& range = table->ranges[table->find(name)];
    if (range.source) {
      BRYO_CHECK(finish_fill(name));
      continue;
    }
    LockedLeaf locked{range.leaf, std::unique_lock(range.leaf->mutex)};
    if (table_.load() == table) return locked;
    // The table changed while this thread waited. Most changes do not concern this leaf.
    const auto now = table_.load();
    if (!now) continue;
    const LeafRange& again = now->ranges[now->find(name)];
    if (again.leaf == locked.leaf && !again.source) return locked;
  }
}

Status BucketTree::create_first_leaf() {
  const std::scoped_lock lock(structure_);
  if (dropped_) return dropped();
  if (table_.load()) return {};
  const std::string directory = bucket_path(bucket_id_);
  if (::mkdirat(mountpath_.objects(), directory.c_str(), 0777) != 0 && errno != EEXIST) {
    return disk_error(errno, "cannot create " + mountpath_.objects_path() + directory, mountpath_.path());
  }
  const std::uint32_t number = ++last_number_;
  BRYO_CHECK(create_leaf(number, LeafRecord{}));
  BRYO_CHECK(sync_directory("."));
  auto table = std::make_shared<LeafTable>();
  table->ranges.push_back({std::make_shared<Leaf>(number, ""), nullptr});
  table->ranges.front().leaf->names = 0;
  swap_table(std::move(table));
  return {};
}

/// Answers whether an object was replaced.
Result<bool> BucketTree::link(const ObjectPath& path, int descriptor) const {
  const int error = link_descriptor(descriptor, mountpath_.objects(), path.c_str());
  if (error == 0) return false;
  if (error != EEXIST) return failure(error, path, "create");

  // linkat does not replace, so the new version gets a name in work/ first. rename is the atomic step.
  const std::string temporary = std::to_string(mountpath_.next_number());
  if (const int e = link_descriptor(descriptor, mountpath_.work(), temporary.c_str()))
    return failure(e, path, "create");
  BRYO_SYNC_POINT("store.before_rename");
  if (::renameat(mountpath_.work(), temporary.c_str(), mountpath_.objects(), path.c_str()) != 0) {
    const int e = errno;
    ::unlinkat(mountpath_.work(), temporary.c_str(), 0);
    return failure(e, path, "replace");
  }
  return true;
}

/// The directory is gone when the bucket was dropped; the table goes first.
Error BucketTree::failure(int error, const ObjectPath& path, std::string_view what) const {
  if (error == ENOENT && !table_.load()) return dropped();
  return disk_error(error, "cannot " + std::string(what) + " " + mountpath_.objects_path() + path.c_str(),
                    mountpath_.path());
}

Error BucketTree::dropped() const {
  return {Errc::NotFound, "bucket " + bucket_path(bucket_id_) + " was destroyed", "ErrBckNotFound"};
}

void BucketTree::swap_table(std::shared_ptr<const LeafTable> next) {
  table_.store(std::move(next));
  changes_.fetch_add(1, std::memory_order_release);
}

Status BucketTree::sync_directory(const std::string& path) const {
  const Descriptor directory(::openat(mountpath_.objects(), path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory && errno == ENOENT) return {};  // the bucket was dropped in the meantime
  if (!directory || ::fsync(directory.get()) != 0) {
    return disk_error(errno, "cannot sync " + mountpath_.objects_path() + path, mountpath_.path());
  }
  return {};
}

}  // namespace bryo::kernel
