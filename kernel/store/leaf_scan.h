#pragma once

/// The object names in a leaf directory.

#include <bryo/host.h>
#include <kernel/store/mountpath.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel {

/// Many names in one piece of memory.
class NameList {
 public:
  /// Text that is being added: append to it, then call keep() or drop().
  [[nodiscard]] std::string& pending() noexcept { return bytes_; }
  void keep();
  void drop() { bytes_.resize(ends_.empty() ? 0 : ends_.back()); }
  /// What pending() has grown by.
  [[nodiscard]] std::string_view last() const noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return ends_.size(); }
  /// Bytewise, each name once. The views live as long as the list is not changed.
  [[nodiscard]] std::vector<std::string_view> sorted() const;

 private:
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

/// Adds the names in directory `leaf` of a bucket that are not less than `from`, less than `to` (empty = no bound) and
/// start with `prefix`. A file whose name cannot be known is left out with a warning. Blocking.
Status scan_leaf(const Mountpath& mountpath, std::uint64_t bucket_id, std::uint32_t leaf, std::string_view from,
                 std::string_view to, std::string_view prefix, Log& log, NameList& names);

/// How many objects the directory holds. Blocking.
Result<std::size_t> count_leaf(const Mountpath& mountpath, std::uint64_t bucket_id, std::uint32_t leaf);

}  // namespace bryo::kernel
