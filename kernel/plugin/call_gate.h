#pragma once

/// The only way into a plugin: counts the calls that run inside it, refuses new ones while it drains, ends those that
/// would not end, and turns what it throws into errors.

#include <bryo/http.h>
#include <bryo/metrics.h>
#include <bryo/option.h>
#include <kernel/runtime/call_scope.h>

#include <array>
#include <atomic>
#include <boost/intrusive/list.hpp>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace bryo::kernel {

/// Of one plugin. Thread-safe.
class CallGate : public std::enable_shared_from_this<CallGate> {
 public:
  explicit CallGate(std::string plugin) : plugin_(std::move(plugin)) {}
  CallGate(const CallGate&) = delete;
  CallGate& operator=(const CallGate&) = delete;

  /// Held while a call runs, and while what it answered is in use.
  class Pass {
   public:
    explicit Pass(std::shared_ptr<CallGate> gate) : gate_(std::move(gate)) {}
    Pass(Pass&& other) noexcept = default;
    Pass& operator=(Pass&&) = delete;
    ~Pass() {
      if (gate_) gate_->leave();
    }

   private:
    std::shared_ptr<CallGate> gate_;
  };

  /// While it lives, the gate can cancel `scope`, which it ends a call of.
  class Reach {
   public:
    /// `scope` null: the call cannot be reached.
    Reach(CallGate& gate, CallScope* scope);
    Reach(const Reach&) = delete;
    Reach& operator=(const Reach&) = delete;
    ~Reach() { (void)leave_cancelled(); }
    [[nodiscard]] bool cancelled() const noexcept { return scope_ != nullptr && scope_->cancelled(); }
    [[nodiscard]] bool leave_cancelled();

   private:
    CallGate& gate_;
    CallScope* scope_;  ///< null also when the call is a part of one that can be reached
  };

  /// On the frame of a coroutine that runs the plugin's code: by it the gate can end what that code waits for.
  class Inside {
   public:
    Inside(CallGate& gate, CallScope* scope);
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    ~Inside() { (void)leave_cancelled(); }
    /// What a call throws that was cancelled is nobody's mistake.
    [[nodiscard]] bool cancelled() const noexcept { return reach_.cancelled(); }
    /// Leaves; true if the call was cancelled. The coroutine must reset its cancellation state then, or it throws at
    /// its next wait.
    [[nodiscard]] bool leave_cancelled();

   private:
    Reach reach_;
  };

  /// What the operator allows and watches. Before the gate opens.
  struct Terms {
    Option<std::int64_t> max_calls;  ///< at once; 0: any number
    Counter& calls;
    Counter& errors;
  };
  void set_terms(Terms terms) { terms_.emplace(std::move(terms)); }

  /// Why a gate is closed, for those that are refused.
  enum class Closed : std::uint8_t { Open, Stopping, Drained };

  /// Fails with Unavailable while the gate is closed, with TooManyRequests while as many calls are under way as are
  /// allowed. Both name the plugin.
  Result<Pass> enter();
  void open() {
    ending_.store(false, std::memory_order_relaxed);
    closed_.store(Closed::Open, std::memory_order_seq_cst);
  }
  /// Refuses new calls, waits for the running ones until `patience`, then cancels them and waits until `grace`. False
  /// when some are left even so. Blocks: not from an event loop.
  bool close_and_wait(Closed why, Deadline patience, Deadline grace);
  /// Ends what the running calls wait for, all at once.
  void cancel_running();
  /// The running calls have had their time; those that can ask end.
  [[nodiscard]] bool ending() const noexcept { return ending_.load(std::memory_order_relaxed); }
  /// While it is not patient, `close_and_wait` returns as if its deadlines had come. Thread-safe.
  void set_patient(bool patient);

  [[nodiscard]] const std::string& plugin() const noexcept { return plugin_; }
  [[nodiscard]] std::size_t running() const noexcept { return running_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t calls() const noexcept { return terms_ ? terms_->calls.value() : own_calls_.value(); }
  [[nodiscard]] std::uint64_t errors() const noexcept { return terms_ ? terms_->errors.value() : own_errors_.value(); }
  [[nodiscard]] std::uint64_t exceptions() const noexcept { return exceptions_.load(std::memory_order_relaxed); }
  /// A call that answered this.
  void count_error(const Error& why);
  /// The latest error that a call answered or threw; empty: none so far.
  [[nodiscard]] std::string last_error() const;

  /// What the plugin let escape, as text; its object is not kept. Counted as an error too. Only inside a catch block.
  Error escaped();
  /// The answer of a call that was cancelled.
  [[nodiscard]] Error cancelled() const;

 private:
  /// Calls of different event loops meet seldom in one of these.
  struct Part {
    std::mutex mutex;
    boost::intrusive::list<CallScope> inside;
  };

  void leave();
  [[nodiscard]] Error refusal(Closed closed) const;
  bool wait_until_empty(Deadline deadline);
  Part& part_of(const CallScope& scope) noexcept {
    return parts_[(reinterpret_cast<std::uintptr_t>(&scope) >> 8) % parts_.size()];
  }

  const std::string plugin_;
  std::atomic<Closed> closed_{Closed::Stopping};
  std::atomic<std::size_t> running_{0};
  std::optional<Terms> terms_;
  Counter own_calls_;
  Counter own_errors_;
  std::atomic<std::uint64_t> exceptions_{0};
  std::array<Part, 16> parts_;
  std::atomic<bool> patient_{true};
  std::atomic<bool> ending_{false};
  mutable std::mutex mutex_;
  std::string last_error_;
  std::condition_variable empty_;
};

}  // namespace bryo::kernel
