#pragma once

/// Several shards indexed beside each other.

#include <bryo/host.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace bryo::shard_index {

/// At most `limit` passes at once; their outcomes come in the order in which they began. One coroutine. Passes that
/// nobody waits for any more end by themselves.
class ShardPasses {
 public:
  ShardPasses(Archives& archives, Executor executor, std::size_t limit)
      : archives_(archives), ready_(std::make_shared<boost::asio::steady_timer>(executor)), limit_(limit) {
    ready_->expires_at(boost::asio::steady_timer::time_point::max());
  }

  [[nodiscard]] bool full() const noexcept { return under_way_.size() >= limit_; }
  [[nodiscard]] bool empty() const noexcept { return under_way_.empty(); }

  void begin(ObjectPtr object, std::string label) {
    auto pass = std::make_shared<Pass>();
    under_way_.push_back(pass);
    auto done = [pass, ready = ready_](std::exception_ptr thrown, Status outcome) {
      pass->outcome = thrown ? Error(Errc::Internal, "a shard could not be given to the blocking pool") : outcome;
      ready->cancel();
    };
    boost::asio::co_spawn(ready_->get_executor(), open(archives_, std::move(object), std::move(label)),
                          std::move(done));
  }

  /// Waits for the oldest, and answers what became of it. Fails with Cancelled when the caller was cancelled.
  Task<Status> end() {
    const auto pass = under_way_.front();
    while (!pass->outcome) {
      boost::system::error_code ec;
      co_await ready_->async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ec));
      const auto state = co_await boost::asio::this_coro::cancellation_state;
      if (state.cancelled() != boost::asio::cancellation_type::none) {
        co_return Error(Errc::Cancelled, "the indexing of shards was cancelled");
      }
    }
    under_way_.pop_front();
    co_return *pass->outcome;
  }

 private:
  struct Pass {
    std::optional<Status> outcome;  ///< set on the coroutine's executor
  };
  static Task<Status> open(Archives& archives, ObjectPtr object, std::string label) {
    BRYO_CO_TRY(shard, co_await archives.open(std::move(object), std::move(label)));
    (void)shard;
    co_return Status{};
  }

  Archives& archives_;
  const std::shared_ptr<boost::asio::steady_timer> ready_;  ///< never expires; cancelled when a pass has ended
  const std::size_t limit_;
  std::deque<std::shared_ptr<Pass>> under_way_;
};

}  // namespace bryo::shard_index
