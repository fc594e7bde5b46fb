#pragma once

/// The memory that archives are written into.

#include <bryo/bytes.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>

namespace bryo {

/// Growing bytes that a writer appends to. The server sends and clears it between calls; the memory stays. Unlike a
/// vector it leaves new bytes uninitialised: most are overwritten by a read from a file at once. Movable, not copyable.
class ArchiveBuffer {
 public:
  ArchiveBuffer() = default;
  explicit ArchiveBuffer(std::size_t capacity) { reserve(capacity); }

  /// `n` more bytes at the end, to be filled by the caller. Pointers into the buffer end when the capacity is exceeded.
  [[nodiscard]] MutableBytes grow(std::size_t n) {
    if (n > capacity_ - size_) reserve(std::max(size_ + n, 2 * capacity_));
    const MutableBytes room(memory_.get() + size_, n);
    size_ += n;
    return room;
  }
  void append(BytesView bytes) {
    if (!bytes.empty()) std::memcpy(grow(bytes.size()).data(), bytes.data(), bytes.size());
  }
  void append(std::string_view text) { append(as_bytes(text)); }
  void append_zeros(std::size_t n) {
    if (n != 0) std::memset(grow(n).data(), 0, n);
  }
  /// Drops what lies behind the first `size` bytes (at most the present size).
  void truncate(std::size_t size) noexcept { size_ = std::min(size_, size); }
  void clear() noexcept { size_ = 0; }
  void reserve(std::size_t capacity) {
    if (capacity <= capacity_) return;
    auto* larger = static_cast<std::byte*>(std::realloc(memory_.get(), capacity));
    if (larger == nullptr) throw std::bad_alloc();
    (void)memory_.release();
    memory_.reset(larger);
    capacity_ = capacity;
  }

  [[nodiscard]] BytesView view() const noexcept { return {memory_.get(), size_}; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  ArchiveBuffer(ArchiveBuffer&& other) noexcept
      : memory_(std::move(other.memory_)), size_(other.size_), capacity_(other.capacity_) {
    other.size_ = other.capacity_ = 0;
  }
  ArchiveBuffer& operator=(ArchiveBuffer&& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }

 private:
  struct Free {
    void operator()(std::byte* memory) const noexcept { std::free(memory); }
  };
  std::unique_ptr<std::byte, Free> memory_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace bryo
