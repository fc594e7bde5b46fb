#include <kernel/store/chunk_layout.h>
#include <kernel/store/disk_error.h>
#include <kernel/store/leaf_cache.h>
#include <kernel/store/leaf_scan.h>
#include <kernel/store/name_codec.h>
#include <kernel/store/object_metadata.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace bryo::kernel {

Result<std::shared_ptr<const LeafContents>> LeafContents::read(const Mountpath& mountpath, std::uint64_t bucket_id,
                                                               const Leaf& leaf, Log& log) {
  auto out = std::make_shared<LeafContents>();
  out->changes_ = leaf.changes.load(std::memory_order_acquire);
  NameList names;
  BRYO_CHECK(scan_leaf(mountpath, bucket_id, leaf.number, "", "", "", log, names));
  out->entries_.reserve(names.size());
  std::string record;
  for (const std::string_view name : names.sorted()) {
    const ObjectPath path(bucket_id, leaf.number, FileName(name).view());
    struct stat info {};
    if (::fstatat(mountpath.objects(), path.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno == ENOENT) continue;
      return disk_error(errno, "cannot inspect " + mountpath.objects_path() + path.c_str());
    }
    const int error = load_record((mountpath.objects_path() + path.c_str()).c_str(), record);
    if (error == ENOENT) continue;
    if (error == ENODATA || record.size() > std::numeric_limits<std::uint16_t>::max()) record.clear();
    if (error != 0 && error != ENODATA) {
      return disk_error(error, "cannot read the metadata of " + mountpath.objects_path() + path.c_str());
    }
    out->entries_.push_back({.size = static_cast<std::uint64_t>(info.st_size),
                             .at = static_cast<std::uint32_t>(out->bytes_.size()),
                             .name_size = static_cast<std::uint16_t>(name.size() & 0x7fff),
                             .chunked = is_chunked(info.st_mode),
                             .record_size = static_cast<std::uint16_t>(record.size())});
    out->bytes_.append(name).append(record);
  }
  out->bytes_.shrink_to_fit();
  return std::shared_ptr<const LeafContents>(std::move(out));
}

std::string_view LeafContents::name(std::size_t i) const noexcept {
  return std::string_view(bytes_).substr(entries_[i].at, entries_[i].name_size);
}

std::string_view LeafContents::record(std::size_t i) const noexcept {
  return std::string_view(bytes_).substr(entries_[i].at + entries_[i].name_size, entries_[i].record_size);
}

std::size_t LeafContents::find(std::string_view from) const {
  const auto less = [this](const Entry& entry, std::string_view name) {
    return std::string_view(bytes_).substr(entry.at, entry.name_size) < name;
  };
  return static_cast<std::size_t>(std::lower_bound(entries_.begin(), entries_.end(), from, less) - entries_.begin());
}

std::size_t LeafContents::memory() const noexcept {
  return sizeof *this + bytes_.capacity() + entries_.capacity() * sizeof(Entry);
}

std::shared_ptr<const LeafContents> LeafCache::find(const Leaf& leaf) {
  const std::scoped_lock lock(mutex_);
  const auto found = by_leaf_.find(&leaf);
  if (found == by_leaf_.end()) return nullptr;
  if (!found->second->contents->current(leaf)) {
    erase_locked(found->second);
    return nullptr;
  }
  order_.splice(order_.begin(), order_, found->second);
  return found->second->contents;
}

void LeafCache::insert(std::shared_ptr<const Leaf> leaf, std::shared_ptr<const LeafContents> contents) {
  const std::size_t memory = contents->memory();
  const std::scoped_lock lock(mutex_);
  if (const auto found = by_leaf_.find(leaf.get()); found != by_leaf_.end()) erase_locked(found->second);
  if (memory > limit_ / 4) return;  // one large leaf is not worth all the others
  while (held_ + memory > limit_) erase_locked(std::prev(order_.end()));
  const Leaf* const key = leaf.get();
  order_.push_front({std::move(leaf), std::move(contents)});
  by_leaf_.emplace(key, order_.begin());
  held_ += memory;
}

void LeafCache::erase_locked(Order::iterator kept) {
  held_ -= kept->contents->memory();
  by_leaf_.erase(kept->leaf.get());
  order_.erase(kept);
}

}  // namespace bryo::kernel
