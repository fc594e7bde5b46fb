#include <kernel/runtime/sync_point.h>
#include <kernel/store/bucket_tree.h>
#include <kernel/store/disk_error.h>
#include <kernel/store/leaf_scan.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <algorithm>
#include <cstdio>

namespace bryo::kernel {
namespace {

/// Names that come in ascending order (shard-000001, shard-000002, ...) would leave every leaf half full and move half
/// of the names at each split. So when the name that filled the leaf is one of its last, only the last sixteenth moves:
/// enough for late-comers among concurrent writers to find room in the old leaf.
constexpr std::size_t kTailShare = 16;

std::size_t split_position(std::span<const std::string_view> names, std::string_view arrival) {
  const std::size_t tail = std::max<std::size_t>(1, names.size() / kTailShare);
  return arrival >= names[names.size() - tail] ? names.size() - tail : names.size() / 2;
}

}  // namespace

/// Counts the name that was just added to the locked leaf. A split that fails is no failure of the write.
void BucketTree::note_arrival(const std::shared_ptr<Leaf>& leaf, std::string_view name) {
  if (leaf->names) {
    ++*leaf->names;
  } else if (auto counted = count_leaf(mountpath_, bucket_id_, leaf->number)) {
    leaf->names = *counted;
  } else {
    return;
  }
  if (*leaf->names <= std::max(options_.leaf_names, leaf->patience)) return;
  if (const Status done = split(leaf, name); !done && table_.load()) {
    log_.warning("a leaf of the object tree could not be split; it is tried again later",
                 {{"directory", mountpath_.objects_path() + leaf_path(bucket_id_, leaf->number)},
                  {"error", done.error().message()}});
    leaf->patience = leaf->names.value_or(options_.leaf_names) + options_.leaf_names / 8 + 1;
  }
}

Status BucketTree::split(const std::shared_ptr<Leaf>& leaf, std::string_view arrival) {
  auto table = table_.load();
  if (!table) return {};
  const std::size_t index = table->find(leaf->lower);
  const std::string_view from = index == 0 ? std::string_view() : std::string_view(leaf->lower);
  const std::string upper(table->upper(index).value_or(std::string_view()));
  NameList list;
  BRYO_CHECK(scan_leaf(mountpath_, bucket_id_, leaf->number, from, upper, "", log_, list));
  const std::vector<std::string_view> names = list.sorted();
  leaf->names = names.size();
  if (names.size() <= options_.leaf_names || names.size() < 2) return {};

  const std::size_t position = split_position(names, arrival);
  const std::span<const std::string_view> moving(names.begin() + static_cast<std::ptrdiff_t>(position), names.end());
  const std::string lower(separator(names[position - 1], names[position]));
  std::uint32_t number = 0;
  {
    const std::scoped_lock lock(structure_);
    number = ++last_number_;
  }
  BRYO_CHECK(create_leaf(number, {.lower = lower, .filling = true, .source = leaf->number}));
  BRYO_SYNC_POINT("store.split_published");

  const LeafRange range{std::make_shared<Leaf>(number, lower), leaf};
  const std::scoped_lock lock(range.leaf->mutex);
  set_range(range);
  leaf->names = position;
  range.leaf->names = moving.size();
  return fill(range, moving);
}

/// Makes the directory appear under its number only with its record in place.
Status BucketTree::create_leaf(std::uint32_t number, const LeafRecord& record) const {
  const std::string bucket = bucket_path(bucket_id_);
  const std::string path = leaf_path(bucket_id_, number);
  const std::string temporary = bucket + "/.new-" + std::to_string(mountpath_.next_number());
  const std::string full = mountpath_.objects_path() + temporary;
  const std::string text = encode_leaf_record(record);
  const auto failed = [&](std::string_view what) {
    const int error = errno;
    ::unlinkat(mountpath_.objects(), temporary.c_str(), AT_REMOVEDIR);
    return disk_error(error, "cannot " + std::string(what) + " " + full, mountpath_.path());
  };
  if (const int fault = BRYO_FAULT_POINT("store.create_leaf")) return errno = fault, failed("create");
  if (::mkdirat(mountpath_.objects(), temporary.c_str(), 0777) != 0) return failed("create");
  if (::setxattr(full.c_str(), kLeafAttribute, text.data(), text.size(), 0) != 0) return failed("describe");
  BRYO_SYNC_POINT("store.leaf_described");
  if (options_.sync) BRYO_CHECK(sync_directory(temporary));
  if (::renameat(mountpath_.objects(), temporary.c_str(), mountpath_.objects(), path.c_str()) != 0) {
    return failed("rename");
  }
  return options_.sync ? sync_directory(bucket) : Status();
}

/// Continues a split that a failure (or a crash) interrupted.
Status BucketTree::finish_fill(std::string_view name) {
  const auto table = table_.load();
  if (!table) return {};
  const std::size_t index = table->find(name);
  const LeafRange range = table->ranges[index];
  if (!range.source) return {};
  const std::scoped_lock source_lock(range.source->mutex);  // always before the leaf that was split off it
  const std::scoped_lock lock(range.leaf->mutex);
  if (table_.load() != table) return {};
  NameList list;
  BRYO_CHECK(scan_leaf(mountpath_, bucket_id_, range.source->number, range.leaf->lower,
                       table->upper(index).value_or(std::string_view()), "", log_, list));
  range.source->names.reset();
  range.leaf->names.reset();
  return fill(range, list.sorted());
}

/// Moves `names` from the range's source into its leaf; both are locked.
Status BucketTree::fill(const LeafRange& range, std::span<const std::string_view> names) {
  for (const std::string_view name : names) {
    const FileName file(name);
    const ObjectPath from(bucket_id_, range.source->number, file.view());
    const ObjectPath to(bucket_id_, range.leaf->number, file.view());
    int error = BRYO_FAULT_POINT("store.split_move");
    if (error == 0 &&
        ::renameat2(mountpath_.objects(), from.c_str(), mountpath_.objects(), to.c_str(), RENAME_NOREPLACE) != 0) {
      error = errno;
    }
    if (error == EEXIST) {
      // Not by this store: writers wait until a leaf is filled. What lies in the right place counts.
      log_.warning("an object lies in two directories; the misplaced file is removed",
                   {{"file", mountpath_.objects_path() + from.c_str()}});
      error = ::unlinkat(mountpath_.objects(), from.c_str(), 0) == 0 ? 0 : errno;
    }
    if (error != 0 && error != ENOENT) return failure(error, from, "move");
  }
  for (Leaf* leaf : {range.source.get(), range.leaf.get()}) leaf->changes.fetch_add(1, std::memory_order_release);
  if (options_.sync) {
    // The names must be on the disk in their new place before the record stops pointing to the old one.
    BRYO_CHECK(sync_directory(leaf_path(bucket_id_, range.leaf->number)));
    BRYO_CHECK(sync_directory(leaf_path(bucket_id_, range.source->number)));
  }
  BRYO_SYNC_POINT("store.split_moved");
  const std::string path = mountpath_.objects_path() + leaf_path(bucket_id_, range.leaf->number);
  const std::string text = encode_leaf_record({.lower = range.leaf->lower});
  if (::setxattr(path.c_str(), kLeafAttribute, text.data(), text.size(), 0) != 0) {
    return disk_error(errno, "cannot describe " + path, mountpath_.path());
  }
  set_range({range.leaf, nullptr});
  return {};
}

/// Adds the range, or replaces the one of the same leaf.
void BucketTree::set_range(const LeafRange& range) {
  const std::scoped_lock lock(structure_);
  const auto table = table_.load();
  if (!table) return;  // dropped
  auto next = std::make_shared<LeafTable>(*table);
  const std::size_t index = next->find(range.leaf->lower);
  if (next->ranges[index].leaf == range.leaf) {
    next->ranges[index] = range;
  } else {
    next->ranges.insert(next->ranges.begin() + static_cast<std::ptrdiff_t>(index) + 1, range);
  }
  swap_table(std::move(next));
}

}  // namespace bryo::kernel
