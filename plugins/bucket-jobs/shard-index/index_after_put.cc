#include "index_after_put.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <utility>

#include "shard_walk.h"

namespace bryo::shard_index {

Task<Status> IndexAfterPut::stored(ObjectChange change) {
  // The name first: nearly nothing that is stored is an archive.
  if (!ShardWalk::is_shard(host_.archives(), change.object)) co_return Status{};
  if (host_.buckets().property(*change.bucket, kIndexOnPut) != "true") co_return Status{};
  if (waiting_->fetch_add(1) >= *settings_.after_put) {
    waiting_->fetch_sub(1);
    settings_.put_left.add();
    co_return Status{};
  }
  auto done = [waiting = waiting_, &settings = settings_](std::exception_ptr thrown, const Status& status) {
    (thrown || !status ? settings.failed : settings.put).add();
    waiting->fetch_sub(1);
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

Task<void> IndexAfterPut::stop() {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  while (waiting_->load() > 0) {
    timer.expires_after(std::chrono::milliseconds(5));
    co_await timer.async_wait(boost::asio::use_awaitable);
  }
}

}  // namespace bryo::shard_index
