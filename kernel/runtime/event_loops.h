#pragma once

/// The threads that own sockets.

#include <bryo/host.h>
#include <kernel/runtime/loop_mark.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace bryo::kernel {

/// One event loop per core, each run by one thread: no locks or strands inside a connection (foundations: 2.1). Starts
/// in the constructor. Destroy it last of all that posts to it. Ignores SIGPIPE for the process, because sendfile(2)
/// has no flag for it.
class EventLoops {
 public:
  /// `count` 0 = one per core.
  EventLoops(std::size_t count, Log& log);
  ~EventLoops();
  EventLoops(const EventLoops&) = delete;
  EventLoops& operator=(const EventLoops&) = delete;

  [[nodiscard]] std::size_t size() const noexcept { return loops_.size(); }
  [[nodiscard]] boost::asio::io_context& at(std::size_t i) noexcept { return loops_[i]->context; }
  /// Whose code loop `i` runs.
  [[nodiscard]] LoopMark& mark(std::size_t i) noexcept { return loops_[i]->mark; }
  /// Asks for `mark(i).stack`, which must be Idle; false if the loop has ended. After `prepare_stack_samples`.
  bool sample(std::size_t i);
  /// The loops in turn. Thread-safe.
  [[nodiscard]] boost::asio::io_context& next() noexcept {
    return at(turn_.fetch_add(1, std::memory_order_relaxed) % size());
  }

  /// Lets the loops run out of work until `deadline`, then stops them; what still waits is destroyed with the loops.
  /// Answers Timeout in that case. Not from a loop's thread; the second call does nothing.
  Status stop(Deadline deadline);

 private:
  struct Loop {
    Loop();
    boost::asio::io_context context{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{context.get_executor()};
    LoopMark mark;
    std::thread thread;
    bool ended = false;  ///< under mutex_
  };
  void run(Loop& loop);

  Log& log_;
  std::atomic<std::size_t> turn_{0};
  std::mutex mutex_;
  std::condition_variable ended_;
  std::vector<std::unique_ptr<Loop>> loops_;
};

}  // namespace bryo::kernel
