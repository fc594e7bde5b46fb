#include <kernel/runtime/loop_mark.h>
#include <unwind.h>

#include <cerrno>

namespace bryo::kernel {
namespace {

struct Walk {
  StackSample* sample;  ///< null: a rehearsal
  bool begun = false;   ///< past the handler's own frames
};

_Unwind_Reason_Code step(_Unwind_Context* context, void* argument) {
  auto& walk = *static_cast<Walk*>(argument);
  int interrupted = 0;
  const std::uintptr_t address = _Unwind_GetIPInfo(context, &interrupted);
  if (interrupted != 0) walk.begun = true;
  if (!walk.begun || walk.sample == nullptr) return _URC_NO_REASON;
  StackSample& sample = *walk.sample;
  if (sample.depth == sample.addresses.size()) return _URC_END_OF_STACK;
  sample.addresses[sample.depth++] = interrupted != 0 ? address : address - 1;
  return _URC_NO_REASON;
}

[[maybe_unused]] void take(int) {  // ThreadSanitizer holds signals back, so its build has no samples
  StackSample* const sample = this_loop != nullptr ? &this_loop->stack : nullptr;
  if (sample == nullptr || sample->state.load(std::memory_order_acquire) != StackSample::State::Asked) return;
  const int error = errno;
  sample->at = std::chrono::steady_clock::now();
  sample->entered = this_loop->plugin.load(std::memory_order_relaxed);
  sample->depth = 0;
  Walk walk{sample};
  _Unwind_Backtrace(step, &walk);
  sample->state.store(StackSample::State::Taken, std::memory_order_release);
  errno = error;
}

}  // namespace

int stack_signal() noexcept { return SIGRTMIN + 6; }

bool prepare_stack_samples() {
#if defined(__SANITIZE_THREAD__)
  return false;
#else
  struct sigaction before {};
  if (::sigaction(stack_signal(), nullptr, &before) != 0) return false;
  if (before.sa_handler == take) return true;
  if (before.sa_handler != SIG_DFL) return false;
  // Whatever the unwinder and the linker do at the first call only, they do here.
  Walk rehearsal{nullptr};
  _Unwind_Backtrace(step, &rehearsal);
  struct sigaction ours {};
  ours.sa_handler = take;
  ours.sa_flags = SA_RESTART;
  ::sigemptyset(&ours.sa_mask);
  return ::sigaction(stack_signal(), &ours, nullptr) == 0;
#endif
}

}  // namespace bryo::kernel
