#pragma once

/// The encoded bytes of an archive, read ahead: little after a jump, more and more while they are read in order.

#include <bryo/objects.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace bryo::tar_lz4 {

/// Blocks; one thread. Failures are those of the disk.
class EncodedInput {
 public:
  explicit EncodedInput(const OpenObject& archive);

  /// The next `n` bytes without passing over them, valid until the next call; nullopt: the archive ends before.
  Result<std::optional<BytesView>> peek(std::size_t n);
  /// Passes over `n` bytes, at most `left()`.
  void skip(std::uint64_t n) { position_ += n; }
  /// Goes on there, at most at the end of the archive. What was read already is not read again.
  void seek(std::uint64_t position);

  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
  [[nodiscard]] std::uint64_t left() const noexcept { return archive_.size() - position_; }

 private:
  [[nodiscard]] bool held(std::uint64_t position) const noexcept {
    return position >= start_ && position - start_ <= size_;
  }
  Status fill(std::size_t n);

  const OpenObject& archive_;
  std::unique_ptr<std::byte[]> memory_;
  std::size_t capacity_ = 0;
  std::uint64_t start_ = 0;  ///< of `memory_` in the archive
  std::size_t size_ = 0;
  std::uint64_t position_ = 0;
  std::size_t ahead_;
};

}  // namespace bryo::tar_lz4
