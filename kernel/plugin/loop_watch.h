#pragma once

/// Finds what holds an event loop: a handler that blocks or computes where it should wait.

#include <bryo/host.h>
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

/// A thread that knocks at every loop some fifty times a second; a loop that answers late while a plugin's call is on
/// it was held by that call. It costs a posted function per knock, and a store per call. A call that went on after a
/// wait is not found: its plugin is known only from its beginning to its first wait.
class LoopWatch {
 public:
  static constexpr std::chrono::milliseconds kLimit{50};

  /// What is told: the plugin, and how long it held the loop. Called by the watch's thread.
  using Report = std::function<void(const std::string& plugin, std::chrono::milliseconds held)>;

  /// `loops` outlives it, and runs until it was stopped.
  LoopWatch(EventLoops& loops, Report report);
  ~LoopWatch();
  LoopWatch(const LoopWatch&) = delete;
  LoopWatch& operator=(const LoopWatch&) = delete;

 private:
  struct Beat;
  void run();
  void look_at(std::size_t loop, Beat& beat);

  EventLoops& loops_;
  const Report report_;
  std::vector<std::shared_ptr<Beat>> beats_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace bryo::kernel
