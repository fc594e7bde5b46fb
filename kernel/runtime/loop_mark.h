#pragma once

/// Whose code an event loop runs.

#include <atomic>
#include <string>

namespace bryo::kernel {

/// Of one event loop: written by its thread, read by any. A hint: a call that waits and goes on later does not set it
/// again.
struct LoopMark {
  std::atomic<const std::string*> plugin{nullptr};  ///< null: the kernel's, or not known
};

/// The loop that this thread runs; null for other threads.
inline thread_local LoopMark* this_loop = nullptr;

}  // namespace bryo::kernel
