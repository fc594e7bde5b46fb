#pragma once

/// Finds what holds an event loop: a handler that blocks or computes where it should wait.

#include <bryo/host.h>
#include <kernel/plugin/culprit.h>
#include <kernel/runtime/event_loops.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace bryo::kernel {

/// A thread that knocks at every loop a hundred times a second. A loop that does not answer has its stack looked at, by
/// a signal, twice; a plugin that is found both times held it. Costs a posted function per knock, and nothing per call
/// but the mark that plugins without a library of their own are known by.
///
/// The time that the loop's thread was ready to run and the machine had no core for it is no hold. Limits: calls of one
/// plugin that follow each other without a pause count as one; where a plugin is linked in, or the kernel's code blocks
/// in its call, it is known only from the call's beginning to its first wait.
class LoopWatch {
 public:
  /// What a loop may be held for. A hold is seen up to one knock late: all of 60 ms are found.
  static constexpr std::chrono::milliseconds kLimit{50};
  /// A hold that lasts longer is told while it lasts.
  static constexpr std::chrono::milliseconds kLong{1000};

  struct Hold {
    std::string plugin;
    std::chrono::milliseconds held;  ///< so far, if it is told while it lasts
    std::string where;               ///< see Culprit
  };
  /// Told once per hold. Called by the watch's thread.
  using Report = std::function<void(const Hold&)>;

  /// `loops` outlives it, and runs until it was stopped.
  LoopWatch(EventLoops& loops, Report report);
  ~LoopWatch();
  LoopWatch(const LoopWatch&) = delete;
  LoopWatch& operator=(const LoopWatch&) = delete;

 private:
  struct Beat;
  void run();
  void look_at(std::size_t loop, Beat& beat);
  void knock(std::size_t loop, Beat& beat);
  void look_for_culprit(std::size_t loop, Beat& beat, std::chrono::steady_clock::duration late);
  void judge(std::size_t loop, Beat& beat, std::chrono::steady_clock::duration late);

  EventLoops& loops_;
  const Report report_;
  const bool samples_;  ///< else marks only
  std::vector<std::shared_ptr<Beat>> beats_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace bryo::kernel
