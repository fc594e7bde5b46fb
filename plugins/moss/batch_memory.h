#pragma once

/// What one batch takes of the node's memory.

#include <bryo/host.h>
#include <bryo/metrics.h>

#include <memory>
#include <utility>
#include <vector>

namespace bryo::moss {

/// Gives everything back when it goes. Used by one coroutine.
class BatchMemory {
 public:
  BatchMemory(Memory& memory, Gauge& gauge) : memory_(memory), gauge_(gauge) {}
  BatchMemory(const BatchMemory&) = delete;
  BatchMemory& operator=(const BatchMemory&) = delete;
  ~BatchMemory() { gauge_.add(-taken_); }

  /// Fails as Memory::reserve does.
  Status take(std::uint64_t bytes) {
    BRYO_TRY(reservation, memory_.reserve(bytes, "get-batch"));
    reservations_.push_back(std::move(reservation));
    taken_ += static_cast<std::int64_t>(bytes);
    gauge_.add(static_cast<std::int64_t>(bytes));
    return {};
  }

 private:
  Memory& memory_;
  Gauge& gauge_;
  std::int64_t taken_ = 0;
  std::vector<std::unique_ptr<Reservation>> reservations_;
};

}  // namespace bryo::moss
