#include <kernel/runtime/thread_pool.h>

#include <algorithm>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <optional>
#include <string>

#include <pthread.h>

namespace bryo::kernel {

namespace asio = boost::asio;

/// One caller: in line, running, or answered.
struct ThreadPool::Call {
  using Handler = asio::any_completion_handler<void(Status)>;

  Call(std::function<Status()> w, Executor executor) : work(std::move(w)), caller(std::move(executor)) {}

  /// Wakes the caller on its own executor. Once per call.
  void answer(Status status) {
    work = nullptr;  // what the work held is let go here, before the caller goes on
    asio::post(caller.get_executor(),
               [handler = *std::move(done), s = std::move(status)]() mutable { std::move(handler)(std::move(s)); });
    caller.reset();
  }

  std::function<Status()> work;
  asio::executor_work_guard<Executor> caller;
  std::optional<Handler> done;  ///< moving-assignment of the type recurses for ever in Boost 1.81
};

ThreadPool::ThreadPool(Limits limits) : limits_(limits) {
  for (std::size_t i = 0; i < std::max<std::size_t>(1, limits_.threads); ++i) {
    threads_.emplace_back([this, i] {
      pthread_setname_np(pthread_self(), ("bryo-pool-" + std::to_string(i)).c_str());
      work_loop();
    });
  }
}

ThreadPool::~ThreadPool() { stop(); }

Task<Status> ThreadPool::run(std::function<Status()> work) {
  auto executor = co_await asio::this_coro::executor;
  auto call = std::make_shared<Call>(std::move(work), std::move(executor));
  auto initiate = [this, call](auto handler) {
    // The type-erased handler takes the coroutine's slot for itself and has one of its own.
    call->done.emplace(std::move(handler));
    auto slot = asio::get_associated_cancellation_slot(*call->done);
    if (slot.is_connected()) {
      slot.assign([this, weak = std::weak_ptr<Call>(call)](asio::cancellation_type) {
        if (auto waiting = weak.lock()) cancel(waiting);
      });
    }
    enter(call);
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Status)>(std::move(initiate),
                                                                                       asio::use_awaitable);
}

void ThreadPool::enter(const std::shared_ptr<Call>& call) {
  std::unique_lock lock(mutex_);
  if (stopping_) {
    lock.unlock();
    call->answer(Error(Errc::Unavailable, "the node is stopping: no more work is taken"));
  } else if (line_.size() >= limits_.waiting) {
    lock.unlock();
    call->answer(Error(Errc::TooManyRequests, "more than " + std::to_string(limits_.waiting) +
                                                  " calls wait for a thread of the blocking pool; repeat later")
                     .with_retry_after(1));
  } else {
    line_.push_back(call);
    lock.unlock();
    wake_.notify_one();
  }
}

void ThreadPool::cancel(const std::shared_ptr<Call>& call) {
  {
    std::lock_guard lock(mutex_);
    const auto at = std::find(line_.begin(), line_.end(), call);
    if (at == line_.end()) return;  // it runs: the caller waits for its end
    line_.erase(at);
  }
  call->answer(Error(Errc::Cancelled, "the caller stopped waiting for the blocking pool"));
}

void ThreadPool::work_loop() {
  for (;;) {
    std::shared_ptr<Call> call;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !line_.empty(); });
      if (line_.empty()) return;
      call = std::move(line_.front());
      line_.pop_front();
      ++running_;
    }
    Status status;
    try {
      status = call->work();
    } catch (const std::exception& e) {
      status = Error(Errc::Internal, std::string("work on the blocking pool failed: ") + e.what());
    }
    {
      std::lock_guard lock(mutex_);
      --running_;
      ++finished_;
    }
    call->answer(std::move(status));
  }
}

void ThreadPool::stop() {
  std::deque<std::shared_ptr<Call>> left;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    left.swap(line_);
  }
  wake_.notify_all();
  for (const auto& call : left)
    call->answer(Error(Errc::Unavailable, "the node is stopping: work in line was dropped"));
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

ThreadPool::Counts ThreadPool::counts() const {
  std::lock_guard lock(mutex_);
  return {running_, line_.size(), finished_};
}

}  // namespace bryo::kernel
