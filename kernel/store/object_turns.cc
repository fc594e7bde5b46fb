#include <kernel/store/object_turns.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace bryo::kernel {

namespace asio = boost::asio;

/// A timer that never expires and is cancelled on its own loop.
struct ObjectTurns::Waiter {
  explicit Waiter(const Executor& executor) : timer(executor, asio::steady_timer::time_point::max()) {}
  asio::steady_timer timer;
  bool turn = false;  ///< under mutex_
};

/// Its destructor lets the next one go on.
class ObjectTurns::Turn final : public ObjectTurn {
 public:
  Turn(ObjectTurns& turns, Key key) : turns_(turns), key_(std::move(key)) {}
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() override { turns_.pass_on(key_); }

 private:
  ObjectTurns& turns_;
  const Key key_;
};

Task<Result<std::unique_ptr<ObjectTurn>>> ObjectTurns::take(std::uint64_t bucket_id, std::string object) {
  const auto executor = co_await asio::this_coro::executor;
  Key key(bucket_id, std::move(object));
  const auto waiter = std::make_shared<Waiter>(executor);
  bool first = false;
  {
    const std::scoped_lock lock(mutex_);
    const auto [line, added] = lines_.try_emplace(key);
    first = added;
    if (!first) line->second.push_back(waiter);
  }
  if (first) co_return std::make_unique<Turn>(*this, std::move(key));
  boost::system::error_code ec;
  co_await waiter->timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  {
    const std::scoped_lock lock(mutex_);
    if (!waiter->turn) {
      auto& line = lines_.at(key);
      line.erase(std::find(line.begin(), line.end(), waiter));
    }
  }
  if (waiter->turn) co_return std::make_unique<Turn>(*this, std::move(key));
  co_return Error(Errc::Cancelled, "the client went away before its change of " + key.second + " had its turn");
}

void ObjectTurns::pass_on(const Key& key) {
  const std::scoped_lock lock(mutex_);
  const auto line = lines_.find(key);
  if (line->second.empty()) {
    lines_.erase(line);
    return;
  }
  const auto next = std::move(line->second.front());
  line->second.pop_front();
  next->turn = true;
  asio::post(next->timer.get_executor(), [next] { next->timer.cancel(); });
}

}  // namespace bryo::kernel
