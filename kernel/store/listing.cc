#include <kernel/runtime/sync_point.h>
#include <kernel/store/listing.h>

#include <algorithm>

namespace bryo::kernel {
namespace {

/// The least name greater than every name that starts with `directory` (which ends with '/').
std::string after_directory(std::string_view directory) {
  std::string out(directory);
  out.back() = '/' + 1;
  return out;
}

TreeCursor* least(std::vector<TreeCursor>& cursors) {
  TreeCursor* best = nullptr;
  for (TreeCursor& cursor : cursors) {
    if (!cursor.at_end() && (best == nullptr || cursor.name() < best->name())) best = &cursor;
  }
  return best;
}

}  // namespace

Status TreeCursor::seek(std::string from) {
  at_ = static_cast<std::size_t>(
      std::lower_bound(names_.begin() + static_cast<std::ptrdiff_t>(at_), names_.end(), std::string_view(from)) -
      names_.begin());
  if (!at_end()) return {};
  if (next_ && from < *next_) from = *next_;
  if (!next_ && !names_.empty()) return {};
  return load(std::move(from));
}

Status TreeCursor::advance() {
  ++at_;
  if (!at_end() || !next_) return {};
  return load(std::string(*next_));
}

std::optional<KnownObject> TreeCursor::known() const {
  if (!contents_) return std::nullopt;
  return KnownObject{contents_->size(first_ + at_), contents_->chunked(first_ + at_), contents_->record(first_ + at_)};
}

/// The names of a range from `from` up to `to` (empty: no end). While a split fills it they are on two leaves, of which
/// neither is worth keeping.
Status TreeCursor::read(const LeafRange& range, std::string_view from, std::string_view to) {
  const auto scan = [&](const Leaf& leaf) {
    return scan_leaf(tree_.mountpath(), tree_.bucket_id(), leaf.number, from, to, prefix_, log_, list_);
  };
  if (range.source) {
    BRYO_CHECK(scan(*range.source));
    BRYO_SYNC_POINT("store.list_between_leaves");
    return scan(*range.leaf);
  }
  contents_ = cache_.find(*range.leaf);
  if (!contents_ && metadata_) {
    BRYO_TRY(read, LeafContents::read(tree_.mountpath(), tree_.bucket_id(), *range.leaf, log_));
    if (read->current(*range.leaf)) cache_.insert(range.leaf, read);
    contents_ = std::move(read);
  }
  BRYO_SYNC_POINT("store.list_between_leaves");
  return contents_ ? Status() : scan(*range.leaf);
}

/// Reads ranges from the one of `from` on until there is a name.
Status TreeCursor::load(std::string from) {
  for (;;) {
    names_.clear();
    list_ = NameList();
    contents_.reset();
    at_ = 0;
    next_.reset();
    const auto table = tree_.leaves();
    if (!table || past_prefix(from)) return {};
    const std::size_t index = table->find(from);
    const LeafRange& range = table->ranges[index];
    const std::optional<std::string_view> upper = table->upper(index);
    BRYO_CHECK(read(range, from, upper.value_or(std::string_view())));
    // A split in the meantime may have taken names away that were not yet read.
    const auto now = tree_.leaves();
    if (!now) return {};
    const std::size_t again = now->find(from);
    const bool same = now->ranges[again].leaf == range.leaf && now->ranges[again].source == range.source &&
                      now->upper(again) == upper;
    if (!same) continue;
    take_names(from, upper.value_or(std::string_view()));
    if (upper) next_ = std::string(*upper);
    if (!names_.empty() || !next_) return {};
    from = *next_;
  }
}

void TreeCursor::take_names(std::string_view from, std::string_view to) {
  if (!contents_) {
    names_ = list_.sorted();
    return;
  }
  first_ = contents_->find(std::max(from, std::string_view(prefix_)));
  for (std::size_t i = first_; i < contents_->count(); ++i) {
    const std::string_view name = contents_->name(i);
    if ((!to.empty() && name >= to) || !name.starts_with(prefix_)) break;
    names_.push_back(name);
  }
}

bool TreeCursor::past_prefix(std::string_view name) const noexcept {
  return name > prefix_ && !name.starts_with(prefix_);
}

Result<ListPage> list_page(const std::vector<std::unique_ptr<BucketTree>>& trees, const ListRequest& request,
                           const DescribeObject& describe, LeafCache& cache, Log& log) {
  std::string start = request.prefix;
  if (request.after >= start) start = request.after + '\0';
  // Whole leaves are read for whoever goes through the bucket, not for a glance at it.
  constexpr std::size_t kWholeLeaves = 500;
  const bool metadata = request.attributes && request.limit >= kWholeLeaves;
  std::vector<TreeCursor> cursors;
  cursors.reserve(trees.size());
  for (const auto& tree : trees) {
    cursors.emplace_back(*tree, request.prefix, metadata, cache, log);
    BRYO_CHECK(cursors.back().seek(start));
  }
  ListPage page;
  const std::size_t limit = std::max<std::size_t>(1, request.limit);
  page.entries.reserve(std::min<std::size_t>(limit, 1024));
  while (TreeCursor* const cursor = least(cursors)) {
    const std::string name(cursor->name());
    const std::size_t slash = request.recursive ? std::string::npos : name.find('/', request.prefix.size());
    ListedObject entry;
    if (slash == std::string::npos) {
      entry.name = name;
      BRYO_TRY(present, describe(cursor->tree(), entry, cursor->known()));
      for (TreeCursor& other : cursors) {
        if (!other.at_end() && other.name() == name) BRYO_CHECK(other.advance());
      }
      if (!present) continue;
    } else {
      entry.name = name.substr(0, slash + 1);
      entry.directory = true;
      for (TreeCursor& other : cursors) BRYO_CHECK(other.seek(after_directory(entry.name)));
      if (entry.name <= request.after) continue;  // the page before ended with it
    }
    if (page.entries.size() == limit) {
      page.more = true;
      break;
    }
    page.entries.push_back(std::move(entry));
  }
  return page;
}

}  // namespace bryo::kernel
