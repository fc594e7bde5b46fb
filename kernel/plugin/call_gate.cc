#include <kernel/plugin/call_gate.h>
#include <kernel/runtime/loop_mark.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace bryo::kernel {
namespace {

/// A call may wait again after it was cancelled, or begin to wait just then: it is told again.
constexpr std::chrono::milliseconds kTellAgain{50};
/// Of the last error's text, which a plugin may make as long as it likes.
constexpr std::size_t kMostText = 512;

}  // namespace

Result<CallGate::Pass> CallGate::enter() {
  // Counted first: who closes the gate afterwards waits for this call.
  const auto before = running_.fetch_add(1, std::memory_order_seq_cst);
  if (const Closed closed = closed_.load(std::memory_order_seq_cst); closed != Closed::Open) {
    leave();
    return refusal(closed);
  }
  if (!terms_) {
    own_calls_.add();
    return Pass(shared_from_this());
  }
  const std::int64_t limit = terms_->max_calls.get();
  if (limit != 0 && before >= static_cast<std::size_t>(limit)) {
    leave();
    return Error(Errc::TooManyRequests,
                 "plugin '" + plugin_ + "' has " + std::to_string(limit) + " calls under way, as many as [plugin." +
                     plugin_ + "] max_calls allows; repeat later",
                 "ErrTooManyRequests")
        .with_retry_after(1);
  }
  terms_->calls.add();
  return Pass(shared_from_this());
}

Error CallGate::refusal(Closed closed) const {
  if (closed == Closed::Stopping) return Error(Errc::Unavailable, "plugin '" + plugin_ + "' is stopping");
  return Error(Errc::Unavailable,
               "plugin '" + plugin_ + "' is drained; `bryo plugin start " + plugin_ + "` lets it take calls again");
}

void CallGate::leave() {
  if (running_.fetch_sub(1, std::memory_order_seq_cst) == 1 &&
      closed_.load(std::memory_order_seq_cst) != Closed::Open) {
    const std::scoped_lock lock(mutex_);
    empty_.notify_all();
  }
}

CallGate::Reach::Reach(CallGate& gate, CallScope* scope)
    : gate_(gate), scope_(scope != nullptr && scope->enter() ? scope : nullptr) {
  if (scope_ == nullptr) return;
  Part& part = gate_.part_of(*scope_);
  const std::scoped_lock lock(part.mutex);
  part.inside.push_back(*scope_);
}

bool CallGate::Reach::leave_cancelled() {
  CallScope* const scope = std::exchange(scope_, nullptr);
  if (scope == nullptr) return false;
  scope->leave();
  Part& part = gate_.part_of(*scope);
  const std::scoped_lock lock(part.mutex);
  part.inside.erase(part.inside.iterator_to(*scope));
  return scope->take_cancelled();
}

CallGate::Inside::Inside(CallGate& gate, CallScope* scope) : reach_(gate, scope) {
  if (this_loop != nullptr) this_loop->plugin.store(&gate.plugin_, std::memory_order_release);
}

bool CallGate::Inside::leave_cancelled() {
  if (this_loop != nullptr) this_loop->plugin.store(nullptr, std::memory_order_relaxed);
  return reach_.leave_cancelled();
}

void CallGate::cancel_running() {
  std::vector<std::pair<std::shared_ptr<CallScope>, std::uint64_t>> calls;
  for (Part& part : parts_) {
    const std::scoped_lock lock(part.mutex);
    for (CallScope& scope : part.inside) calls.emplace_back(scope.shared_from_this(), scope.mark());
  }
  for (const auto& [scope, mark] : calls) scope->cancel(mark);
}

bool CallGate::close_and_wait(Closed why, Deadline patience, Deadline grace) {
  closed_.store(why, std::memory_order_seq_cst);
  if (wait_until_empty(patience)) return true;
  ending_.store(true, std::memory_order_relaxed);
  do {
    cancel_running();
    if (wait_until_empty(Deadline(std::min(grace.at(), Deadline::after(kTellAgain).at())))) return true;
  } while (!grace.expired() && patient_.load(std::memory_order_seq_cst));
  return false;
}

void CallGate::set_patient(bool patient) {
  patient_.store(patient, std::memory_order_seq_cst);
  const std::scoped_lock lock(mutex_);
  empty_.notify_all();
}

bool CallGate::wait_until_empty(Deadline deadline) {
  std::unique_lock lock(mutex_);
  const auto empty = [this] { return running_.load(std::memory_order_seq_cst) == 0; };
  const auto enough = [&] { return empty() || !patient_.load(std::memory_order_seq_cst); };
  // wait_until with time_point::max() overflows in libstdc++ 12
  if (deadline.at() != Deadline::never().at()) {
    empty_.wait_until(lock, deadline.at(), enough);
  } else {
    empty_.wait(lock, enough);
  }
  return empty();
}

void CallGate::count_error(const Error& why) {
  (terms_ ? terms_->errors : own_errors_).add();
  std::string text = why.message().substr(0, kMostText);
  const std::scoped_lock lock(mutex_);
  last_error_.swap(text);
}

std::string CallGate::last_error() const {
  const std::scoped_lock lock(mutex_);
  return last_error_;
}

Error CallGate::escaped() {
  exceptions_.fetch_add(1, std::memory_order_relaxed);
  const auto thrown = [this](const char* text) {
    Error error(Errc::Internal, "plugin '" + plugin_ + "': " + text);
    count_error(error);
    return error;
  };
  try {
    throw;
  } catch (const std::exception& e) {
    return thrown(e.what());
  } catch (...) {
    return thrown("an exception without a text");
  }
}

Error CallGate::cancelled() const {
  const bool drained = closed_.load(std::memory_order_relaxed) == Closed::Drained;
  return Error(Errc::Unavailable, "plugin '" + plugin_ + "' is " + (drained ? "drained" : "stopping") +
                                      ": this call took too long and was ended");
}

}  // namespace bryo::kernel
