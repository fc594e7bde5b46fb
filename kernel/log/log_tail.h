#pragma once

/// The last lines of the log in memory, for the API's `what=log`: also a node that logs to standard error has them.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>

namespace bryo::kernel {

/// A part of the log as text. `offset` counts the bytes of everything ever logged before it, so that a reader who asks
/// again with `offset + text.size()` gets what is new.
struct LogText {
  std::string text;
  std::uint64_t offset = 0;
};

/// Holds at most `max_bytes` of whole lines. Thread-safe.
class LogTail {
 public:
  explicit LogTail(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// `line` without its line end.
  void push(std::string_view line);
  /// What was logged from `offset` on, as far as it is still there.
  [[nodiscard]] LogText read(std::uint64_t offset) const;

 private:
  const std::size_t max_bytes_;
  mutable std::mutex mutex_;
  std::deque<std::string> lines_;  ///< with their line ends
  std::size_t bytes_ = 0;
  std::uint64_t first_ = 0;  ///< offset of the first line held
};

}  // namespace bryo::kernel
