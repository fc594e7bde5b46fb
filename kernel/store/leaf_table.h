#pragma once

/// The leaves of one bucket on one mountpath: which names lie in which directory.

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel {

/// One directory of names. Shared by the tables that name it.
struct Leaf {
  Leaf(std::uint32_t number_, std::string lower_) : number(number_), lower(std::move(lower_)) {}

  const std::uint32_t number;  ///< the directory's name, in hex
  const std::string lower;     ///< the least name that belongs here

  /// Counts what happened to the objects in it, after it happened: who reads it twice and finds the same has seen one
  /// state, or changes that nobody was told of yet.
  std::atomic<std::uint64_t> changes{0};

  std::mutex mutex;  ///< held by whoever adds, removes or moves names

  // Guarded by `mutex`.
  std::optional<std::size_t> names;  ///< how many there are; nullopt = not counted yet
  std::size_t patience = 0;          ///< a split that failed is not tried again before there are so many names
};

/// The names from `leaf->lower` up to the next range's.
struct LeafRange {
  std::shared_ptr<Leaf> leaf;
  std::shared_ptr<Leaf> source;  ///< while the leaf is filled: where its names still may be; else null
};

/// Immutable; sorted by lower bound. Never empty: a bucket without a directory has no table.
struct LeafTable {
  std::vector<LeafRange> ranges;

  /// The range of `name`. Names below the first bound belong to the first range.
  [[nodiscard]] std::size_t find(std::string_view name) const noexcept;
  /// The first name behind range `index`; nullopt = there is no end.
  [[nodiscard]] std::optional<std::string_view> upper(std::size_t index) const noexcept;
};

/// `<bucket id>/<leaf>/<file name>` on the stack, relative to a mountpath's objects directory.
class ObjectPath {
 public:
  ObjectPath(std::uint64_t bucket_id, std::uint32_t leaf, std::string_view file_name) noexcept;
  [[nodiscard]] const char* c_str() const noexcept { return text_.data(); }

 private:
  std::array<char, 16 + 1 + 8 + 1 + 256> text_;
};

/// `<bucket id>` and `<bucket id>/<leaf>` in the same way; slow paths only.
std::string bucket_path(std::uint64_t bucket_id);
std::string leaf_path(std::uint64_t bucket_id, std::uint32_t leaf);

}  // namespace bryo::kernel
