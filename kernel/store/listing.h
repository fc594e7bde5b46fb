#pragma once

/// Names of a bucket in order, from the leaves of all mountpaths. Memory is bound by one leaf per mountpath, and by the
/// cache of leaves.

#include <bryo/host.h>
#include <kernel/store/bucket_tree.h>
#include <kernel/store/leaf_cache.h>
#include <kernel/store/leaf_scan.h>
#include <kernel/store/object_store.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel {

/// What is known of an object without asking the disk.
struct KnownObject {
  std::uint64_t size;
  bool chunked;             ///< arrived in parts
  std::string_view record;  ///< its `user.bryo`
};

/// The names of one tree from some name on. Blocking; one thread.
class TreeCursor {
 public:
  /// `cache` and `log` outlive it. `metadata`: whole leaves are read with the metadata of their objects, and kept.
  TreeCursor(const BucketTree& tree, std::string_view prefix, bool metadata, LeafCache& cache, Log& log)
      : tree_(tree), prefix_(prefix), metadata_(metadata), cache_(cache), log_(log) {}

  /// Goes forward to the first name that is not less than `from`.
  Status seek(std::string from);
  Status advance();
  [[nodiscard]] bool at_end() const noexcept { return at_ == names_.size(); }
  /// Valid until the cursor moves.
  [[nodiscard]] std::string_view name() const noexcept { return names_[at_]; }
  /// Of the object `name`; nullopt: the disk must be asked.
  [[nodiscard]] std::optional<KnownObject> known() const;
  [[nodiscard]] const BucketTree& tree() const noexcept { return tree_; }

 private:
  Status load(std::string from);
  void take_names(std::string_view from, std::string_view to);
  Status read(const LeafRange& range, std::string_view from, std::string_view to);
  [[nodiscard]] bool past_prefix(std::string_view name) const noexcept;

  const BucketTree& tree_;
  const std::string prefix_;
  const bool metadata_;
  LeafCache& cache_;
  Log& log_;
  NameList list_;
  std::shared_ptr<const LeafContents> contents_;  ///< in place of list_, if not null
  std::size_t first_ = 0;                         ///< of names_ in contents_
  std::vector<std::string_view> names_;           ///< of the range last read, sorted
  std::size_t at_ = 0;
  std::optional<std::string> next_;  ///< first name of the following range; nullopt = no more
};

/// Completes an entry of which the name is known; false when the object is gone.
using DescribeObject =
    std::function<Result<bool>(const BucketTree& tree, ListedObject& entry, const std::optional<KnownObject>& known)>;

/// One page. `describe` is called for each object on it (not for directories). Blocking.
Result<ListPage> list_page(const std::vector<std::unique_ptr<BucketTree>>& trees, const ListRequest& request,
                           const DescribeObject& describe, LeafCache& cache, Log& log);

}  // namespace bryo::kernel
