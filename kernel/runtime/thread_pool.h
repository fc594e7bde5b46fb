#pragma once

/// Threads for work that may block.

#include <bryo/host.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace bryo::kernel {

/// A fixed number of threads and one line of callers in order of arrival. Stop it before the event loops of its callers
/// go away.
///
/// Cancelling a waiting caller takes it out of the line (Cancelled). A call that runs is always awaited to its end, so
/// that `work` may refer to the caller's frame.
class ThreadPool final : public BlockingPool {
 public:
  struct Limits {
    std::size_t threads = 16;
    /// Callers in line; more fail with TooManyRequests. Each is a suspended request, bounded by the requests
    /// themselves.
    std::size_t waiting = 65'536;
  };
  struct Counts {
    std::size_t running = 0;
    std::size_t waiting = 0;
    std::uint64_t finished = 0;
  };

  explicit ThreadPool(Limits limits);
  ~ThreadPool() override;
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// An exception out of `work` becomes Internal; after `stop` the answer is Unavailable.
  Task<Status> run(std::function<Status()> work) override;

  /// Callers in line end with Unavailable, running work ends by itself. Not from a pool thread.
  void stop();

  [[nodiscard]] Counts counts() const;

 private:
  struct Call;
  void work_loop();
  void enter(const std::shared_ptr<Call>& call);
  void cancel(const std::shared_ptr<Call>& call);

  const Limits limits_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Call>> line_;
  std::size_t running_ = 0;
  std::uint64_t finished_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace bryo::kernel
