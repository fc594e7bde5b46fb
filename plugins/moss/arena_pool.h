#pragma once

/// Buffers that answers are gathered in, kept from one batch to the next: fresh memory costs a page fault for every
/// 4 KiB, more than reading a small object into it.

#include <bryo/archive_buffer.h>

#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

namespace bryo::moss {

/// Thread-safe. Outlives its arenas.
class ArenaPool {
 public:
  /// A buffer on loan, empty.
  class Arena {
   public:
    Arena(ArenaPool& pool, ArchiveBuffer buffer) : pool_(&pool), buffer_(std::move(buffer)) {}
    Arena(Arena&& other) noexcept : pool_(std::exchange(other.pool_, nullptr)), buffer_(std::move(other.buffer_)) {}
    Arena& operator=(Arena&&) = delete;
    ~Arena() {
      if (pool_ != nullptr) pool_->give_back(std::move(buffer_));
    }
    ArchiveBuffer& operator*() noexcept { return buffer_; }
    ArchiveBuffer* operator->() noexcept { return &buffer_; }

   private:
    ArenaPool* pool_;
    ArchiveBuffer buffer_;
  };

  Arena take(std::size_t capacity) {
    ArchiveBuffer buffer;
    {
      const std::scoped_lock lock(mutex_);
      if (!free_.empty()) {
        buffer = std::move(free_.back());
        free_.pop_back();
      }
    }
    buffer.reserve(capacity);
    return {*this, std::move(buffer)};
  }

 private:
  /// What stays when nothing is asked for: about as many MiB.
  static constexpr std::size_t kKept = 16;
  /// One that grew for an unusual batch does not stay.
  static constexpr std::size_t kLargestKept = 4 << 20;

  void give_back(ArchiveBuffer buffer) {
    buffer.clear();
    const std::scoped_lock lock(mutex_);
    if (free_.size() < kKept && buffer.capacity() <= kLargestKept) free_.push_back(std::move(buffer));
  }

  std::mutex mutex_;
  std::vector<ArchiveBuffer> free_;
};

}  // namespace bryo::moss
