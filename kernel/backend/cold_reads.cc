#include <kernel/backend/cold_reads.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <optional>
#include <vector>

namespace bryo::kernel {
namespace {

constexpr std::size_t kPiece = 256 << 10;

/// Content is verified where the backend promises a checksum that can be computed here.
bool computable(std::string_view type) {
  constexpr std::array<std::string_view, 6> kTypes{"crc32c", "md5", "sha256", "sha512", "xxhash", "xxhash2"};
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

}  // namespace

/// Its outcome, and who waits for it. A waiter is a timer that never expires and is cancelled on its own loop.
class ColdReads::Transfer {
 public:
  Task<Status> wait() {
    namespace asio = boost::asio;
    const auto executor = co_await asio::this_coro::executor;
    const auto timer = std::make_shared<asio::steady_timer>(executor, asio::steady_timer::time_point::max());
    {
      const std::scoped_lock lock(mutex_);
      if (outcome_) co_return *outcome_;
      waiting_.push_back(timer);
    }
    boost::system::error_code ec;
    co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, ec));
    const std::scoped_lock lock(mutex_);
    if (outcome_) co_return *outcome_;
    co_return Error(Errc::Cancelled, "the client went away");
  }

  void finish(Status outcome) {
    const std::scoped_lock lock(mutex_);
    outcome_ = std::move(outcome);
    for (const auto& timer : waiting_) {
      boost::asio::post(timer->get_executor(), [timer] { timer->cancel(); });
    }
  }

 private:
  std::mutex mutex_;
  std::optional<Status> outcome_;
  std::vector<std::shared_ptr<boost::asio::steady_timer>> waiting_;
};

Task<Status> ColdReads::bring(BucketPtr bucket, std::string object) {
  std::shared_ptr<Transfer> shared;
  bool first = false;
  {
    const std::scoped_lock lock(mutex_);
    auto& slot = running_[{bucket->id(), object}];
    first = slot == nullptr;
    if (first) slot = std::make_shared<Transfer>();
    shared = slot;
  }
  if (first) {
    const auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::co_spawn(executor, run(shared, std::move(bucket), std::move(object)), boost::asio::detached);
  }
  co_return co_await shared->wait();
}

Task<void> ColdReads::settle(BucketPtr bucket, std::string object) {
  std::shared_ptr<Transfer> running;
  {
    const std::scoped_lock lock(mutex_);
    if (const auto found = running_.find({bucket->id(), std::move(object)}); found != running_.end()) {
      running = found->second;
    }
  }
  if (running) static_cast<void>(co_await running->wait());  // however it ended
}

Task<void> ColdReads::run(std::shared_ptr<Transfer> shared, BucketPtr bucket, std::string object) {
  Status outcome;
  try {
    outcome = co_await transfer(bucket, object);
  } catch (const std::exception& e) {
    // Whoever waits must hear of it, and the next reader must be able to try again.
    outcome = Error(Errc::Internal, "reading " + bucket->name().uri() + "/" + object + " failed: " + e.what());
  }
  {
    const std::scoped_lock lock(mutex_);
    running_.erase({bucket->id(), object});
  }
  shared->finish(std::move(outcome));
}

Task<Status> ColdReads::transfer(BucketPtr bucket, std::string object) const {
  BRYO_CO_TRY(backend, backends_.find(bucket->name().provider));
  BRYO_CO_TRY(found, co_await backend->read(bucket->name(), object));
  ObjectAttributes& attributes = found.attributes;
  const std::uint64_t size = attributes.size;
  WriteOptions options{.custom = std::move(attributes.custom),
                       .version = std::move(attributes.version),
                       .size_hint = size,
                       .refetchable = true,
                       .skip_previous = true};
  if (computable(attributes.checksum_type)) {
    options.expected_checksum.emplace(std::move(attributes.checksum_type), std::move(attributes.checksum_value));
  }
  const auto capacity = static_cast<std::size_t>(std::clamp<std::uint64_t>(size, 1, kPiece));
  BRYO_CO_TRY(reserved, memory_.reserve(capacity, "a cold read"));
  BRYO_CO_TRY(writer, co_await local_.create(bucket, object, std::move(options)));
  const auto piece = std::make_unique_for_overwrite<std::byte[]>(capacity);
  std::uint64_t received = 0;
  for (;;) {
    BRYO_CO_TRY(count, co_await found.content->read(MutableBytes(piece.get(), capacity)));
    if (count == 0) break;
    received += count;
    if (received > size) break;
    BRYO_CO_CHECK(co_await writer->write(BytesView(piece.get(), count)));
  }
  if (received != size) {
    co_return Error(Errc::Unavailable, "the content of " + bucket->name().uri() + "/" + object + " ended " +
                                           (received > size ? "late" : "after " + std::to_string(received)) + " of " +
                                           std::to_string(size) + " bytes; nothing was stored");
  }
  BRYO_CO_TRY(stored, co_await writer->commit());
  static_cast<void>(stored);
  co_return Status{};
}

}  // namespace bryo::kernel
