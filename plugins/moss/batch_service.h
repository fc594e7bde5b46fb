#pragma once

/// What the batches of a node share.

#include <bryo/host.h>

#include <atomic>
#include <cstdint>

#include "arena_pool.h"
#include "decoded_parts.h"
#include "moss_metrics.h"
#include "moss_options.h"

namespace bryo::moss {

/// A number of things that all batches together may hold.
class SharedAllowance {
 public:
  /// Takes up to `wanted` while no more than `limit` are taken; answers how many.
  std::int64_t take(std::int64_t wanted, std::int64_t limit) noexcept {
    const auto before = taken_.fetch_add(wanted, std::memory_order_relaxed);
    const auto granted = std::clamp<std::int64_t>(limit - before, 0, wanted);
    if (granted != wanted) give_back(wanted - granted);
    return granted;
  }
  void give_back(std::int64_t n) noexcept { taken_.fetch_sub(n, std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t taken() const noexcept { return taken_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> taken_{0};
};

/// Made when the plugin declares itself; `host` is there once it has started. Thread-safe.
struct BatchService {
  explicit BatchService(Registrar& registrar) : options(registrar), metrics(registrar) {}

  MossOptions options;
  MossMetrics metrics;
  Host* host = nullptr;
  ArenaPool arenas;
  DecodedParts decoded;
  SharedAllowance pending;    ///< batches under way
  SharedAllowance kept_open;  ///< objects kept open between sizing and sending
};

}  // namespace bryo::moss
