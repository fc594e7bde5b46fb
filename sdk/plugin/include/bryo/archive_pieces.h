#pragma once

/// For whoever writes archives: compresses their pieces (ArchiveWriter::next_piece) on several threads, and puts them
/// together in order.
///
///   ArchivePieces pieces(*writer, host.blocking(), co_await boost::asio::this_coro::executor);
///   ... writer->begin / content / end, at most 1 MiB of content between two calls of:
///   BRYO_CO_CHECK(co_await pieces.collect(out));
///   ... writer->finish(out)
///   BRYO_CO_CHECK(co_await pieces.finish(out));
///
/// With writers that have no pieces it costs nothing and does nothing.

#include <bryo/archive.h>
#include <bryo/host.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

namespace bryo {

/// The pieces of one archive. Used by the coroutine that uses the writer. Whatever becomes of that coroutine, pieces
/// own what they work with: those that wait for a thread when this ends are not compressed any more, those that are
/// being compressed end by themselves.
class ArchivePieces {
 public:
  /// Twice as many as there are cores: while one half is compressed, the other half is made and sent. Each holds its
  /// content and what becomes of it, together at most some 512 KiB.
  static std::size_t default_limit() noexcept {
    return 2 * std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 16);
  }

  /// `writer` and `pool` outlive this; `executor` is that of the coroutine. At most `limit` pieces are under way.
  ArchivePieces(ArchiveWriter& writer, BlockingPool& pool, Executor executor, std::size_t limit = default_limit())
      : writer_(writer), pool_(pool), shared_(std::make_shared<Shared>(std::move(executor))), limit_(limit) {}
  ArchivePieces(const ArchivePieces&) = delete;
  ArchivePieces& operator=(const ArchivePieces&) = delete;
  ~ArchivePieces() { shared_->abandoned = true; }

  /// Starts what the writer has, within the limit, and appends to `out` what has become ready in order. Never waits.
  /// Fails as the piece whose turn it is; the archive is lost then.
  Status advance(ArchiveBuffer& out) {
    start();
    return take_ready(out);
  }
  /// As much is under way as may be: await `collect` before the writer is given more.
  [[nodiscard]] bool full() const noexcept { return under_way_.size() >= limit_; }
  /// Pieces have been started that are not in any buffer yet.
  [[nodiscard]] bool busy() const noexcept { return !under_way_.empty(); }

  /// The same as `advance`, and waits until more can be started and the writer has no whole piece left. Fails with
  /// Cancelled when the caller is cancelled.
  Task<Status> collect(ArchiveBuffer& out) {
    BRYO_CO_CHECK(advance(out));
    while (full()) BRYO_CO_CHECK(co_await collect_next(out));
    co_return Status{};
  }
  /// While `busy`: waits for the piece whose turn it is, and appends it and what else has become ready.
  Task<Status> collect_next(ArchiveBuffer& out) {
    BRYO_CO_CHECK(co_await wait_for_first());
    co_return advance(out);
  }
  /// After the writer's `finish`: waits for everything.
  Task<Status> finish(ArchiveBuffer& out) {
    BRYO_CO_CHECK(advance(out));
    while (busy()) BRYO_CO_CHECK(co_await collect_next(out));
    co_return Status{};
  }

 private:
  /// What outlives the coroutine.
  struct Shared {
    explicit Shared(Executor executor) : ready(std::move(executor), boost::asio::steady_timer::time_point::max()) {}
    boost::asio::steady_timer ready;  ///< never expires; cancelled whenever a piece is ready
    std::atomic<bool> abandoned{false};
  };
  struct Piece {
    ArchivePiece compress;
    ArchiveBuffer out;
    std::optional<Status> outcome;  ///< set on the coroutine's executor
  };

  void start() {
    while (!full()) {
      ArchivePiece next = writer_.next_piece();
      if (!next) return;
      auto piece = std::make_shared<Piece>();
      piece->compress = std::move(next);
      under_way_.push_back(piece);
      std::function<Status()> work = [piece, shared = shared_]() -> Status {
        const ArchivePiece compress = std::exchange(piece->compress, {});
        if (shared->abandoned) return Error(Errc::Cancelled, "nobody waits for this archive any more");
        return compress(piece->out);
      };
      auto ready = [piece, shared = shared_](std::exception_ptr thrown, Status outcome) {
        if (thrown) outcome = Error(Errc::Internal, "a piece of an archive could not be given to the blocking pool");
        piece->outcome = std::move(outcome);
        shared->ready.cancel();
      };
      boost::asio::co_spawn(shared_->ready.get_executor(), pool_.run(std::move(work)), std::move(ready));
    }
  }

  Status take_ready(ArchiveBuffer& out) {
    while (busy() && under_way_.front()->outcome) {
      BRYO_CHECK(*under_way_.front()->outcome);
      out.append(under_way_.front()->out.view());
      under_way_.pop_front();
      start();
    }
    return {};
  }

  Task<Status> wait_for_first() {
    while (!under_way_.front()->outcome) {
      boost::system::error_code ec;
      co_await shared_->ready.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ec));
      const auto state = co_await boost::asio::this_coro::cancellation_state;
      if (state.cancelled() != boost::asio::cancellation_type::none) {
        co_return Error(Errc::Cancelled, "the writing of an archive was cancelled");
      }
    }
    co_return Status{};
  }

  ArchiveWriter& writer_;
  BlockingPool& pool_;
  const std::shared_ptr<Shared> shared_;
  const std::size_t limit_;
  std::deque<std::shared_ptr<Piece>> under_way_;
};

/// The same on the calling thread, for those who may block: call it after each call of the writer.
inline Status compress_pieces(ArchiveWriter& writer, ArchiveBuffer& out) {
  while (const ArchivePiece piece = writer.next_piece()) BRYO_CHECK(piece(out));
  return {};
}

}  // namespace bryo
