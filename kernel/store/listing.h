#pragma once

/// Names of a bucket in order, from the leaves of all mountpaths. Memory is bound by one leaf per mountpath.

#include <bryo/host.h>
#include <kernel/store/bucket_tree.h>
#include <kernel/store/leaf_scan.h>
#include <kernel/store/object_store.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel {

/// The names of one tree from some name on. Blocking; one thread.
class TreeCursor {
 public:
  TreeCursor(const BucketTree& tree, std::string_view prefix, Log& log) : tree_(tree), prefix_(prefix), log_(log) {}

  /// Goes forward to the first name that is not less than `from`.
  Status seek(std::string from);
  Status advance();
  [[nodiscard]] bool at_end() const noexcept { return at_ == names_.size(); }
  /// Valid until the cursor moves.
  [[nodiscard]] std::string_view name() const noexcept { return names_[at_]; }
  [[nodiscard]] const BucketTree& tree() const noexcept { return tree_; }

 private:
  Status load(std::string from);
  [[nodiscard]] bool past_prefix(std::string_view name) const noexcept;

  const BucketTree& tree_;
  const std::string prefix_;
  Log& log_;
  NameList list_;
  std::vector<std::string_view> names_;  ///< of the range last read, sorted
  std::size_t at_ = 0;
  std::optional<std::string> next_;  ///< first name of the following range; nullopt = no more
};

/// Completes an entry of which the name is known; false when the object is gone.
using DescribeObject = std::function<Result<bool>(const BucketTree& tree, ListedObject& entry)>;

/// One page. `describe` is called for each object on it (not for directories). Blocking.
Result<ListPage> list_page(const std::vector<std::unique_ptr<BucketTree>>& trees, const ListRequest& request,
                           const DescribeObject& describe, Log& log);

}  // namespace bryo::kernel
