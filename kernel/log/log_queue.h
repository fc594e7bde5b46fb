#pragma once

/// The lines between those who log and the one thread that writes.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

namespace bryo::kernel {

/// Bounded by bytes; when full the oldest lines go, because the newest say what is wrong now. Thread-safe.
class LogQueue {
 public:
  struct Line {
    std::string text;
    bool urgent = false;  ///< a warning or an error
    bool rotate = false;  ///< no line: begin a new file here
  };

  explicit LogQueue(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  void push(Line line);
  /// Waits for lines and takes all; empty once closed and drained. The taker calls `written` when they are out.
  std::vector<Line> take();
  void written();
  /// Waits until all lines pushed before are written; false if that takes longer than `limit`.
  bool wait_written(std::chrono::milliseconds limit);
  /// Lets the taker drain and end.
  void close();
  [[nodiscard]] std::uint64_t lost() const;
  void count_lost(std::uint64_t lines);

 private:
  const std::size_t max_bytes_;
  mutable std::mutex mutex_;
  std::condition_variable filled_;
  std::condition_variable drained_;
  std::deque<Line> lines_;
  std::size_t bytes_ = 0;
  std::uint64_t pushed_ = 0;    ///< lines that went in
  std::uint64_t finished_ = 0;  ///< lines that were written or lost
  std::uint64_t taken_ = 0;     ///< lines with the taker
  std::uint64_t lost_ = 0;
  bool closed_ = false;
};

}  // namespace bryo::kernel
