#pragma once

/// The node's memory budget for requests under way (architecture.md rule 4: over it, new work gets 429, running work
/// ends).

#include <bryo/host.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>

namespace bryo::kernel {

/// Counts bytes that requests said they need; it allocates nothing itself. Thread-safe, lock-free. Outlives every
/// reservation.
class MemoryBudget final : public Memory {
 public:
  explicit MemoryBudget(std::uint64_t limit_bytes) : limit_(limit_bytes) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  /// Fails with TooManyRequests and a Retry-After while others hold what is missing, with TooLarge when `bytes` exceed
  /// the whole budget, so that repeating cannot help. The sentence says what was asked, what is in use, and the limit.
  Result<std::unique_ptr<Reservation>> reserve(std::uint64_t bytes, std::string_view purpose) override;

  /// A smaller limit takes nothing from who has a reservation; new ones wait until enough is given back.
  void set_limit(std::uint64_t bytes) noexcept { limit_.store(bytes, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t limit() const noexcept { return limit_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t in_use() const noexcept { return in_use_.load(std::memory_order_relaxed); }
  /// The most that was ever in use at once.
  [[nodiscard]] std::uint64_t peak() const noexcept { return peak_.load(std::memory_order_relaxed); }

 private:
  class Held;
  void release(std::uint64_t bytes) noexcept { in_use_.fetch_sub(bytes, std::memory_order_relaxed); }

  std::atomic<std::uint64_t> limit_;
  std::atomic<std::uint64_t> in_use_{0};
  std::atomic<std::uint64_t> peak_{0};
};

}  // namespace bryo::kernel
