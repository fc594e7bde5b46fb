#pragma once

/// Whose code an event loop runs.

#include <kernel/runtime/stack_sample.h>

#include <atomic>
#include <string>

#include <sys/types.h>

namespace bryo::kernel {

/// Of one event loop: written by its thread, read by any.
struct LoopMark {
  /// A hint: a call that waits and goes on later does not set it again. Null: the kernel's, or not known.
  std::atomic<const std::string*> plugin{nullptr};
  std::atomic<pid_t> thread{0};  ///< 0: not yet begun
  StackSample stack;
};

/// The loop that this thread runs; null for other threads.
inline thread_local LoopMark* this_loop = nullptr;

}  // namespace bryo::kernel
