#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace bryo::cli {

class Console;

/// One line on the terminal: how much of how much, rate, time left. Draws nothing where standard error is no terminal.
/// Thread-safe.
class Progress {
 public:
  /// `unit` names what is counted: "objects". Totals of 0 are unknown.
  Progress(Console& console, std::string unit, std::uint64_t total_items, std::uint64_t total_bytes);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  void add_bytes(std::uint64_t bytes);
  void add_item();

  [[nodiscard]] std::uint64_t bytes() const;
  [[nodiscard]] std::uint64_t items() const;
  [[nodiscard]] std::chrono::nanoseconds elapsed() const;

 private:
  void draw();

  const bool draws_;
  const std::string unit_;
  const std::uint64_t total_items_;
  const std::uint64_t total_bytes_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  mutable std::mutex mutex_;
  std::uint64_t items_ = 0;
  std::uint64_t bytes_ = 0;
  std::chrono::steady_clock::time_point drawn_{};
};

}  // namespace bryo::cli
