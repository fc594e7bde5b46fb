#pragma once

/// What a node has besides data: a pool, memory, a clock, a log, its place in the cluster.

#include <bryo/host.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bryo::testing {

/// Runs the work at once, on the thread that asks.
class InlinePool final : public BlockingPool {
 public:
  Task<Status> run(std::function<Status()> work) override { co_return work(); }
};

/// A budget of bytes.
class MemoryMeter final : public Memory {
 public:
  std::uint64_t limit = ~std::uint64_t{0};
  [[nodiscard]] std::uint64_t in_use() const noexcept { return in_use_; }
  [[nodiscard]] std::uint64_t peak() const noexcept { return peak_; }

  Result<std::unique_ptr<Reservation>> reserve(std::uint64_t bytes, std::string_view purpose) override {
    if (bytes > limit - in_use_) {
      return Error(Errc::TooManyRequests, "no memory for " + std::string(purpose)).with_retry_after(1);
    }
    in_use_ += bytes;
    peak_ = std::max(peak_, in_use_);
    return std::unique_ptr<Reservation>(std::make_unique<Held>(*this, bytes));
  }

 private:
  struct Held final : Reservation {
    Held(MemoryMeter& m, std::uint64_t n) : meter(m), bytes(n) {}
    ~Held() override { meter.in_use_ -= bytes; }
    MemoryMeter& meter;
    const std::uint64_t bytes;
  };
  std::uint64_t in_use_ = 0;
  std::uint64_t peak_ = 0;
};

/// Stands still until the test moves it.
class ManualClock final : public Clock {
 public:
  std::chrono::steady_clock::time_point steady{};
  std::int64_t unix_time_ns = 1'700'000'000'000'000'000;
  [[nodiscard]] std::chrono::steady_clock::time_point now() const override { return steady; }
  [[nodiscard]] std::int64_t unix_ns() const override { return unix_time_ns; }
};

/// Keeps the messages.
class MemoryLog final : public Log {
 public:
  std::vector<std::string> lines;
  void debug(std::string_view message, Fields = {}) override { lines.emplace_back(message); }
  void info(std::string_view message, Fields = {}) override { lines.emplace_back(message); }
  void warning(std::string_view message, Fields = {}) override { lines.emplace_back(message); }
  void error(std::string_view message, Fields = {}) override { lines.emplace_back(message); }
};

/// One target, which owns everything.
class SingleTarget final : public ClusterView {
 public:
  explicit SingleTarget(std::string id) : id_(std::move(id)) {}
  [[nodiscard]] std::size_t active_targets() const noexcept override { return 1; }
  [[nodiscard]] const std::string& owner(std::string_view, std::string_view) const override { return id_; }

 private:
  const std::string id_;
};

}  // namespace bryo::testing
