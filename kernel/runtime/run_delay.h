#pragma once

/// How busy the machine was for one thread.

#include <chrono>

#include <sys/types.h>

namespace bryo::kernel {

/// How long a thread of this process was ready to run while no core was free for it (/proc/self/task/TID/schedstat).
/// Not thread-safe.
class RunDelay {
 public:
  RunDelay() = default;
  ~RunDelay();
  RunDelay(const RunDelay&) = delete;
  RunDelay& operator=(const RunDelay&) = delete;

  /// Since the thread began. 0 always where the system does not count it. A thread's `tid` 0 is not known yet.
  [[nodiscard]] std::chrono::nanoseconds read(pid_t tid);

 private:
  int file_ = -1;
  bool opened_ = false;
};

}  // namespace bryo::kernel
