#pragma once

/// The only way into a plugin: counts the calls that run inside it, refuses new ones while it drains, and turns what it
/// throws into errors.

#include <bryo/http.h>
#include <bryo/xaction.h>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>

namespace bryo::kernel {

/// Of one plugin. Thread-safe.
class CallGate : public std::enable_shared_from_this<CallGate> {
 public:
  explicit CallGate(std::string plugin) : plugin_(std::move(plugin)) {}

  /// Held while a call runs. Empty when the gate is closed.
  class Pass {
   public:
    Pass() = default;
    explicit Pass(std::shared_ptr<CallGate> gate) : gate_(std::move(gate)) {}
    Pass(Pass&& other) noexcept = default;
    Pass& operator=(Pass&&) = delete;
    ~Pass() {
      if (gate_) gate_->leave();
    }
    explicit operator bool() const noexcept { return gate_ != nullptr; }

   private:
    std::shared_ptr<CallGate> gate_;
  };

  Pass enter();
  void open() { open_.store(true, std::memory_order_release); }
  /// Refuses new calls; true when all running ones have left by `deadline`. Blocks: not from an event loop.
  bool close_and_wait(Deadline deadline);

  [[nodiscard]] const std::string& plugin() const noexcept { return plugin_; }
  [[nodiscard]] std::size_t running() const noexcept { return running_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t calls() const noexcept { return calls_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t errors() const noexcept { return errors_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t exceptions() const noexcept { return exceptions_.load(std::memory_order_relaxed); }
  void count_error() noexcept { errors_.fetch_add(1, std::memory_order_relaxed); }
  void count_exception() noexcept { exceptions_.fetch_add(1, std::memory_order_relaxed); }

 private:
  void leave();

  const std::string plugin_;
  std::atomic<bool> open_{false};
  std::atomic<std::size_t> running_{0};
  std::atomic<std::uint64_t> calls_{0};
  std::atomic<std::uint64_t> errors_{0};
  std::atomic<std::uint64_t> exceptions_{0};
  std::mutex mutex_;
  std::condition_variable empty_;
};

/// What a closed gate answers: 503 naming the plugin.
Error refused(const CallGate& gate);
/// What a plugin let escape, as text; its object is not kept. Only inside a catch block.
Error escaped(CallGate& gate);

/// `handler` behind `gate`. A streamed body keeps its pass until it has been sent.
RouteHandler gated(std::shared_ptr<CallGate> gate, RouteHandler handler);
/// `factory` behind `gate`: a job that runs is a call; what the factory or the job throws becomes the job's error.
XactionFactory gated(std::shared_ptr<CallGate> gate, XactionFactory factory);

}  // namespace bryo::kernel
