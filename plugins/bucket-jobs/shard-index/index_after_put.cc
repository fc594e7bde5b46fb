#include "index_after_put.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <mutex>
#include <utility>

#include "shard_walk.h"

namespace bryo::shard_index {

/// How many shards are being indexed. Thread-safe.
class IndexAfterPut::Underway {
 public:
  /// False: there are `most` already.
  bool enter(std::int64_t most) {
    const std::scoped_lock lock(mutex_);
    if (count_ >= most) return false;
    ++count_;
    return true;
  }
  void leave() {
    const std::scoped_lock lock(mutex_);
    if (--count_ != 0 || !none_left_) return;
    boost::asio::post(none_left_->get_executor(), [timer = none_left_] { timer->cancel(); });
  }
  /// Waits until there is none. One caller.
  Task<void> none_left() {
    auto timer = std::make_shared<boost::asio::steady_timer>(co_await boost::asio::this_coro::executor,
                                                             boost::asio::steady_timer::time_point::max());
    while (!announce(timer)) {
      boost::system::error_code ec;
      co_await timer->async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ec));
    }
  }

 private:
  using TimerPtr = std::shared_ptr<boost::asio::steady_timer>;

  /// True: none is left; else the last one cancels `timer`.
  bool announce(const TimerPtr& timer) {
    const std::scoped_lock lock(mutex_);
    none_left_ = timer;
    return count_ == 0;
  }

  std::mutex mutex_;
  std::int64_t count_ = 0;
  TimerPtr none_left_;  ///< never expires; null: nobody waits
};

IndexAfterPut::IndexAfterPut(Host& host, IndexSettings& settings)
    : host_(host), settings_(settings), underway_(std::make_shared<Underway>()) {}

Task<Status> IndexAfterPut::stored(ObjectChange change) {
  // The name first: nearly nothing that is stored is an archive.
  if (!ShardWalk::is_shard(host_.archives(), change.object)) co_return Status{};
  if (host_.buckets().property(*change.bucket, kIndexOnPut) != "true") co_return Status{};
  if (!underway_->enter(*settings_.after_put)) {
    settings_.put_left.add();
    co_return Status{};
  }
  auto done = [underway = underway_, &settings = settings_](std::exception_ptr thrown, const Status& status) {
    (thrown || !status ? settings.failed : settings.put).add();
    underway->leave();
  };
  const auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::co_spawn(executor, index(host_, std::move(change.bucket), std::move(change.object)), std::move(done));
  co_return Status{};
}

Task<Status> IndexAfterPut::index(Host& host, BucketPtr bucket, std::string name) {
  std::string label = bucket->name().uri() + "/" + name;
  BRYO_CO_TRY(object, co_await open_shard(host, std::move(bucket), std::move(name)));
  if (!object) co_return Status{};
  auto shard = co_await host.archives().open(std::move(object), label);
  if (shard) co_return Status{};
  host.log().warning("a shard was stored that cannot be indexed", {{"shard", label}, {"why", shard.error().message()}});
  co_return shard.error();
}

Task<void> IndexAfterPut::stop() { co_await underway_->none_left(); }

}  // namespace bryo::shard_index
