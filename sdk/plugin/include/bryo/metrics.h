#pragma once

/// Metrics: counters, gauges and histograms in the Prometheus sense. Objects are owned by the server and live until the
/// process ends; every operation is thread-safe and wait-free.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace bryo {

/// What a metric is called and means. `exposition` is the full Prometheus name; empty: `bryo_<plugin>_<name>`.
struct MetricSpec {
  std::string name;          ///< internal name with dots: "getbatch.obj.n"
  std::string help;          ///< one sentence, required
  std::string exposition{};  ///< e.g. "ais_target_getbatch_obj_count"; empty: `bryo_<plugin>_<name>`
};

/// A number that only grows.
class Counter {
 public:
  void add(std::uint64_t n = 1) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// A number that goes up and down.
class Gauge {
 public:
  void set(std::int64_t v) noexcept { value_.store(v, std::memory_order_relaxed); }
  void add(std::int64_t n) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

/// One unit of work under way in a gauge, while this lives. The gauge lives longer.
class InProgress {
 public:
  explicit InProgress(Gauge& gauge) noexcept : gauge_(gauge) { gauge_.add(1); }
  ~InProgress() { gauge_.add(-1); }
  InProgress(const InProgress&) = delete;
  InProgress& operator=(const InProgress&) = delete;

 private:
  Gauge& gauge_;
};

/// Durations in fixed buckets from 100 us to 30 s (observability.md section 4). Exposed in seconds.
class Histogram {
 public:
  static constexpr std::array<std::int64_t, 17> kBoundsUs = {
      100,     250,     500,     1'000,     2'500,     5'000,     10'000,     25'000,    50'000,
      100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000, 30'000'000};
  void observe(std::chrono::nanoseconds d) noexcept {
    const std::int64_t us = d.count() / 1000;
    std::size_t i = 0;
    while (i < kBoundsUs.size() && us > kBoundsUs[i]) ++i;
    buckets_[i].fetch_add(1, std::memory_order_relaxed);
    sum_ns_.fetch_add(static_cast<std::uint64_t>(d.count()), std::memory_order_relaxed);
  }
  /// Count in bucket `i` (not cumulative); the last one has no upper bound.
  [[nodiscard]] std::uint64_t bucket(std::size_t i) const noexcept {
    return buckets_[i].load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t sum_ns() const noexcept { return sum_ns_.load(std::memory_order_relaxed); }

 private:
  std::array<std::atomic<std::uint64_t>, kBoundsUs.size() + 1> buckets_{};
  std::atomic<std::uint64_t> sum_ns_{0};
};

}  // namespace bryo
