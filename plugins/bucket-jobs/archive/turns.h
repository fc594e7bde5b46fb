#pragma once

/// Jobs that append to one archive, one after the other: each reads what the one before has written.

#include <bryo/result.h>
#include <bryo/task.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace bryo::archive_job {

/// Thread-safe. Outlives its turns.
class Turns {
  struct Waiter {
    explicit Waiter(Executor executor) : timer(std::move(executor)) {
      timer.expires_at(boost::asio::steady_timer::time_point::max());
    }
    boost::asio::steady_timer timer;  ///< never expires; cancelled when it is this one's turn
    std::atomic<bool> granted{false};
  };

 public:
  /// Gives the turn to the next when it is destroyed, also by whoever still waited for it.
  class Turn {
   public:
    Turn(Turns& turns, std::string archive, std::shared_ptr<Waiter> waiter)
        : turns_(turns), archive_(std::move(archive)), waiter_(std::move(waiter)) {}
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() { turns_.leave(archive_, waiter_); }

   private:
    Turns& turns_;
    const std::string archive_;
    const std::shared_ptr<Waiter> waiter_;
  };

  /// Waits in line. Fails with Cancelled when the caller is.
  Task<Result<std::unique_ptr<Turn>>> take(std::string archive) {
    auto waiter = std::make_shared<Waiter>(co_await boost::asio::this_coro::executor);
    {
      const std::scoped_lock lock(mutex_);
      auto& line = lines_[archive];
      line.push_back(waiter);
      waiter->granted = line.size() == 1;
    }
    auto turn = std::make_unique<Turn>(*this, std::move(archive), waiter);
    while (!waiter->granted) {
      boost::system::error_code ec;
      co_await waiter->timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ec));
      const auto state = co_await boost::asio::this_coro::cancellation_state;
      if (state.cancelled() != boost::asio::cancellation_type::none) {
        co_return Error(Errc::Cancelled, "a job that waited to append to an archive was cancelled");
      }
    }
    co_return turn;
  }

 private:
  void leave(const std::string& archive, const std::shared_ptr<Waiter>& waiter) {
    const std::scoped_lock lock(mutex_);
    const auto found = lines_.find(archive);
    auto& line = found->second;
    line.erase(std::find(line.begin(), line.end(), waiter));
    if (line.empty()) {
      lines_.erase(found);
      return;
    }
    const auto next = line.front();
    if (next->granted.exchange(true)) return;
    boost::asio::post(next->timer.get_executor(), [next] { next->timer.cancel(); });
  }

  std::mutex mutex_;
  std::map<std::string, std::deque<std::shared_ptr<Waiter>>> lines_;  ///< the first has its turn
};

}  // namespace bryo::archive_job
