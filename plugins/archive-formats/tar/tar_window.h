#pragma once

/// A moving view of an archive for a reader that hops from header to header.

#include <bryo/objects.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bryo::tar {

/// Reads much at once while headers lie close together, and only around the header where members are large. Blocks;
/// used by one thread.
class TarWindow {
 public:
  /// `header`: bytes that are looked at where members are large.
  explicit TarWindow(const OpenObject& archive, std::size_t header = 512)
      : archive_(archive), header_(header), small_(header) {}

  /// `n` bytes at `offset`, which must lie inside the archive; valid until the next call. Fails as the disk does.
  Result<const std::byte*> at(std::uint64_t offset, std::size_t n);

 private:
  Status fill(std::uint64_t offset, std::size_t n);

  const OpenObject& archive_;
  const std::size_t header_;
  std::vector<std::byte> memory_;
  std::uint64_t start_ = 0;
  std::size_t size_ = 0;
  std::uint64_t asked_ = 0;  ///< offset of the call before
  bool missed_ = false;      ///< the last question found memory without
  int warm_ = 0;             ///< reads that memory will hold, as far as can be told
  std::size_t small_;        ///< of the window around a header
};

}  // namespace bryo::tar
