#pragma once

/// How a call that is suspended somewhere is reached from outside.

#include <bryo/task.h>

#include <atomic>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/intrusive/list_hook.hpp>
#include <cstdint>
#include <memory>
#include <utility>

namespace bryo {

/// Of one connection or job, for all calls that its coroutine makes, one after the other: a call costs no coroutine
/// and no allocation of its own. The coroutine is spawned with `slot` and a completion that holds this.
///
/// `enter`, `leave`, `cancelled` and `take_cancelled` belong to the coroutine. `mark` and `cancel` are thread-safe.
class CallScope : public boost::intrusive::list_base_hook<>, public std::enable_shared_from_this<CallScope> {
 public:
  explicit CallScope(Executor executor) : executor_(std::move(executor)) {}
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

  [[nodiscard]] boost::asio::cancellation_slot slot() noexcept { return signal_.slot(); }

  /// A call begins; false if one is under way already, which this one then is a part of.
  bool enter() noexcept {
    const auto mark = mark_.load(std::memory_order_relaxed);
    if (mark % 2 != 0) return false;
    mark_.store(mark + 1, std::memory_order_relaxed);
    return true;
  }
  void leave() noexcept { mark_.store(mark_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed); }
  [[nodiscard]] bool cancelled() const noexcept { return cancelled_; }
  /// Whether the call that ends was cancelled. The coroutine's cancellation state must be reset then.
  bool take_cancelled() noexcept { return std::exchange(cancelled_, false); }

  /// Odd while a call is under way; another number for each call.
  [[nodiscard]] std::uint64_t mark() const noexcept { return mark_.load(std::memory_order_relaxed); }
  /// Ends what the call waits for, if it is still the one that had this mark.
  void cancel(std::uint64_t mark) {
    boost::asio::post(executor_, [self = shared_from_this(), mark] {
      if (mark % 2 == 0 || self->mark() != mark) return;
      self->cancelled_ = true;
      self->signal_.emit(boost::asio::cancellation_type::terminal);
    });
  }
  /// Whoever waits for the call was cancelled. On the coroutine's executor.
  void pass_on(boost::asio::cancellation_type type) { signal_.emit(type); }

 private:
  const Executor executor_;
  boost::asio::cancellation_signal signal_;
  std::atomic<std::uint64_t> mark_{0};
  bool cancelled_ = false;
};

}  // namespace bryo
