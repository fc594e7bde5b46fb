#pragma once

/// What an event loop is doing right now, as seen by another thread: its stack, taken by a signal.

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <string>

namespace bryo::kernel {

/// Of one loop's thread. One other thread asks and reads; the signal's handler fills it in between. Taking one needs no
/// lock and no memory (libgcc finds the unwind tables by `_dl_find_object`), whatever the thread was interrupted in.
struct StackSample {
  enum class State : std::uint8_t { Idle, Asked, Taken };
  static constexpr std::size_t kDepth = 64;

  /// Idle -> Asked by who asks, Asked -> Taken by the handler, Taken -> Idle by who has read it.
  std::atomic<State> state{State::Idle};
  std::chrono::steady_clock::time_point at{};
  const std::string* entered = nullptr;  ///< the loop's mark then
  std::size_t depth = 0;
  std::array<std::uintptr_t, kDepth> addresses{};  ///< innermost first, each inside its call instruction
};

/// The signal whose handler takes the sample; system calls of the thread are restarted.
[[nodiscard]] int stack_signal() noexcept;

/// Installs the handler, for the life of the process. False if it cannot: the signal has a handler of somebody else, or
/// a sanitizer delivers signals late. Call it before the first signal.
[[nodiscard]] bool prepare_stack_samples();

}  // namespace bryo::kernel
