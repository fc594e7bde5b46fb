#pragma once

/// Whose code a stack shows.

#include <kernel/runtime/stack_sample.h>

#include <optional>
#include <string>

namespace bryo::kernel {

struct Culprit {
  std::string plugin;
  std::string where{};  ///< "libbryo_NAME.so+0x1234", which addr2line turns into a line; empty: not known
};

/// The plugin whose library the innermost frame belongs to, system libraries left out: a coroutine that goes on after a
/// wait has its plugin's frame there. Frames of the kernel hide those further out, which may be no more than the
/// plugin's copy of Asio's code on its way to a coroutine of the kernel; then it is the plugin that the loop entered
/// last (its mark), if that has a frame, or has no library of its own because it is linked in.
///
/// Blocks while a library is being loaded. Not in a signal handler.
std::optional<Culprit> culprit(const StackSample& stack);
/// By the mark alone: a plugin that is linked in.
std::optional<Culprit> culprit(const std::string* entered);

}  // namespace bryo::kernel
