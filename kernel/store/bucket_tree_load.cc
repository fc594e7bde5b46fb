#include <kernel/store/bucket_tree.h>
#include <kernel/store/directory.h>
#include <kernel/store/text_fields.h>

#include <fcntl.h>
#include <sys/xattr.h>

#include <algorithm>
#include <array>
#include <map>

namespace bryo::kernel {
namespace {

constexpr std::size_t kLongestRecord = 4096;

std::optional<std::uint32_t> leaf_number(std::string_view name) {
  return name.size() == 8 ? parse_number<std::uint32_t>(name, 16) : std::nullopt;
}

}  // namespace

Status BucketTree::load() {
  const std::scoped_lock loading(loading_);
  if (loaded()) return {};
  BRYO_CHECK(load_table());
  BRYO_CHECK(finish_splits());
  const std::scoped_lock lock(structure_);
  if (const auto table = table_.load()) {
    auto next = std::make_shared<LeafTable>(*table);
    remove_empty_leaves(*next);
    swap_table(std::move(next));
  }
  loaded_.store(true, std::memory_order_release);
  return {};
}

Status BucketTree::load_table() {
  const std::scoped_lock lock(structure_);
  if (dropped_) return {};
  BRYO_TRY(ranges, read_leaves());
  if (ranges.empty()) return {};
  auto table = std::make_shared<LeafTable>();
  table->ranges = std::move(ranges);
  swap_table(std::move(table));
  return {};
}

Status BucketTree::finish_splits() {
  for (;;) {
    const auto table = table_.load();
    if (!table) return {};
    const auto filling = std::find_if(table->ranges.begin(), table->ranges.end(),
                                      [](const LeafRange& range) { return range.source != nullptr; });
    if (filling == table->ranges.end()) return {};
    BRYO_CHECK(finish_fill(filling->leaf->lower));
  }
}

/// Sorted by lower bound; no leaf when there is no directory.
Result<std::vector<LeafRange>> BucketTree::read_leaves() {
  const std::string bucket = bucket_path(bucket_id_);
  std::vector<std::uint32_t> numbers;
  BRYO_CHECK(for_each_entry(mountpath_.objects(), bucket.c_str(), [&](std::string_view name) -> Status {
    if (const auto number = leaf_number(name)) {
      numbers.push_back(*number);
    } else if (name.starts_with(".new-")) {
      // A split that a crash stopped before the leaf was published: empty.
      ::unlinkat(mountpath_.objects(), (bucket + "/" + std::string(name)).c_str(), AT_REMOVEDIR);
    }
    return {};
  }));
  std::map<std::uint32_t, std::shared_ptr<Leaf>> leaves;
  std::map<std::uint32_t, std::uint32_t> sources;
  for (const std::uint32_t number : numbers) {
    BRYO_TRY(record, read_leaf_record(number));
    if (record.filling) sources[number] = record.source;
    leaves[number] = std::make_shared<Leaf>(number, std::move(record.lower));
    last_number_ = std::max(last_number_, number);
  }
  std::vector<LeafRange> ranges;
  for (const auto& [number, leaf] : leaves) {
    const auto source = sources.find(number);
    const auto from = source == sources.end() ? leaves.end() : leaves.find(source->second);
    ranges.push_back({leaf, from == leaves.end() ? nullptr : from->second});
  }
  const auto lower = [](const LeafRange& range) -> const std::string& { return range.leaf->lower; };
  std::sort(ranges.begin(), ranges.end(), [&](const auto& a, const auto& b) { return lower(a) < lower(b); });
  for (std::size_t i = 1; i < ranges.size(); ++i) {
    if (lower(ranges[i - 1]) == lower(ranges[i])) {
      const auto path = [&](const LeafRange& range) {
        return mountpath_.objects_path() + leaf_path(bucket_id_, range.leaf->number);
      };
      return Error(Errc::Io, "two directories claim the same names: " + path(ranges[i - 1]) + " and " +
                                 path(ranges[i]) + "; move the wrong one away");
    }
  }
  return ranges;
}

Result<LeafRecord> BucketTree::read_leaf_record(std::uint32_t number) const {
  const std::string path = mountpath_.objects_path() + leaf_path(bucket_id_, number);
  std::array<char, kLongestRecord> text;
  const ssize_t size = ::lgetxattr(path.c_str(), kLeafAttribute, text.data(), text.size());
  if (size < 0) {
    return Error(Errc::Io, "directory " + path + " has no readable attribute user.bryo.leaf (" +
                               std::generic_category().message(errno) +
                               "): restore the extended attributes, or move the directory away");
  }
  auto record = decode_leaf_record(std::string_view(text.data(), static_cast<std::size_t>(size)));
  if (!record) {
    return Error(Errc::Io, "directory " + path + ": " + record.error().message() +
                               "; restore the extended attributes, or move the directory away");
  }
  return record;
}

/// Removes leaves whose objects were all deleted. The range before takes over their names.
void BucketTree::remove_empty_leaves(LeafTable& table) const {
  for (auto range = table.ranges.begin() + 1; range != table.ranges.end();) {
    const std::string path = leaf_path(bucket_id_, range->leaf->number);
    if (!range->source && ::unlinkat(mountpath_.objects(), path.c_str(), AT_REMOVEDIR) == 0) {
      range = table.ranges.erase(range);
    } else {
      ++range;
    }
  }
}

}  // namespace bryo::kernel
