#pragma once

/// A backend whose calls wait, each in the way that the test wants.

#include <bryo/backend.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace bryo::kernel::testing {

/// What a call does while it waits; each of them waits for ever, in its way.
using Wait = std::function<Task<void>()>;

inline Task<void> sleep() {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor,
                                  boost::asio::steady_timer::time_point::max());
  co_await timer.async_wait(boost::asio::use_awaitable);
}
/// Its own kind of exception when it is cancelled.
inline Task<void> sleep_and_throw() {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor,
                                  boost::asio::steady_timer::time_point::max());
  boost::system::error_code ignored;
  co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
  throw std::runtime_error("woken");
}
/// Goes on after its second cancellation as if nothing had happened.
inline Task<void> sleep_soundly() {
  for (int told = 0; told < 2; ++told) {
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor,
                                    boost::asio::steady_timer::time_point::max());
    boost::system::error_code ignored;
    co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
  }
}

/// One byte, then it waits.
class SlowContent final : public ByteSource {
 public:
  explicit SlowContent(Wait wait) : wait_(std::move(wait)) {}
  Task<Result<std::size_t>> read(MutableBytes out) override {
    if (begun_) co_await wait_();
    begun_ = true;
    out[0] = std::byte{'x'};
    co_return std::size_t{1};
  }

 private:
  const Wait wait_;
  bool begun_ = false;
};

class SlowBackend final : public Backend {
 public:
  explicit SlowBackend(Wait wait) : wait_(std::move(wait)) {}
  Task<Status> head_bucket(BucketName) override {
    co_await wait_();
    co_return Status{};
  }
  Task<Result<std::vector<std::string>>> list_buckets() override {
    co_await wait_();
    co_return std::vector<std::string>{};
  }
  Task<Result<ObjectAttributes>> head(BucketName, std::string) override {
    co_await wait_();
    co_return ObjectAttributes{};
  }
  /// "slow": its content waits, not the call; "none": no content at all.
  Task<Result<BackendContent>> read(BucketName, std::string object) override {
    BackendContent out;
    out.attributes.size = 2;
    if (object == "none") co_return out;
    if (object != "slow") co_await wait_();
    out.content = std::make_unique<SlowContent>(wait_);
    co_return out;
  }
  Task<Result<BackendPage>> list(BucketName, BackendListRequest) override {
    co_await wait_();
    co_return BackendPage{};
  }
  /// Waits for the content only.
  Task<Result<ObjectAttributes>> write(BucketName, std::string, ObjectAttributes, ByteSource& content) override {
    std::byte piece{};
    const MutableBytes to(&piece, 1);
    for (int i = 0; i < 2; ++i) BRYO_CO_CHECK(co_await content.read(to));
    co_return ObjectAttributes{};
  }
  Task<Status> remove(BucketName, std::string) override {
    co_await wait_();
    co_return Status{};
  }

 private:
  const Wait wait_;
};

}  // namespace bryo::kernel::testing
