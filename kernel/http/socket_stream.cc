#include <kernel/http/socket_stream.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <climits>
#include <cstring>
#include <string>
#include <utility>

#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

namespace bryo::kernel {

namespace asio = boost::asio;

namespace {

/// At most this much per sendfile call, so that one call cannot hold the loop for long.
constexpr std::uint64_t kFilePiece = 1 << 20;

Error broken(int error) { return Error(Errc::Cancelled, std::string("the client is gone: ") + std::strerror(error)); }

bool would_block(int error) noexcept { return error == EAGAIN || error == EWOULDBLOCK; }

void advance(Iovecs& pieces, std::size_t n) {
  while (!pieces.empty() && n >= pieces.front().iov_len) {
    n -= pieces.front().iov_len;
    pieces = pieces.subspan(1);
  }
  if (n != 0) {
    pieces.front().iov_base = static_cast<char*>(pieces.front().iov_base) + n;
    pieces.front().iov_len -= n;
  }
}

}  // namespace

SocketStream::SocketStream(asio::ip::tcp::socket socket, Time write_stall)
    : socket_(std::move(socket)), write_stall_(write_stall) {
  boost::system::error_code ignored;
  socket_.native_non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.set_option(asio::socket_base::keep_alive(true), ignored);
}

Result<std::optional<std::size_t>> SocketStream::try_receive(MutableBytes out) {
  for (;;) {
    const auto n = ::recv(socket_.native_handle(), out.data(), out.size(), 0);
    if (n >= 0) {
      received_ += static_cast<std::uint64_t>(n);
      return std::optional<std::size_t>(static_cast<std::size_t>(n));
    }
    if (would_block(errno)) return std::optional<std::size_t>();
    if (errno != EINTR) return broken(errno);
  }
}

Task<Status> SocketStream::wait(Waiting what, TimePoint deadline) {
  const auto type = what == Waiting::Read ? asio::socket_base::wait_read : asio::socket_base::wait_write;
  if (aborted_) co_return Error(Errc::Cancelled, "the connection is closing");
  waiting_ = what;
  deadline_ = deadline;
  expired_ = false;
  if (what == Waiting::Write) unsent_at_wait_ = unsent_bytes();
  auto [failed] = co_await socket_.async_wait(type, asio::as_tuple(asio::use_awaitable));
  waiting_ = Waiting::No;
  deadline_ = TimePoint::max();
  if (expired_) {
    co_return Error(Errc::Timeout, what == Waiting::Read ? "the client sent nothing for too long"
                                                         : "the client took nothing for too long");
  }
  if (failed) co_return Error(Errc::Cancelled, "the connection is closing: " + failed.message());
  co_return Status{};
}

Task<Status> SocketStream::wait_readable(TimePoint deadline) { return wait(Waiting::Read, deadline); }

Task<Result<std::size_t>> SocketStream::receive(MutableBytes out, Time stall) {
  for (;;) {
    BRYO_CO_TRY(n, try_receive(out));
    if (n) co_return *n;
    BRYO_CO_CHECK(co_await wait(Waiting::Read, std::chrono::steady_clock::now() + stall));
  }
}

std::optional<Status> SocketStream::try_send(Iovecs& pieces, bool more) {
  while (!pieces.empty()) {
    const auto count = std::min<std::size_t>(pieces.size(), IOV_MAX);
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = count;
    const int flags = MSG_NOSIGNAL | (more || count < pieces.size() ? MSG_MORE : 0);
    const auto n = ::sendmsg(socket_.native_handle(), &message, flags);
    if (n < 0) {
      if (would_block(errno)) return std::nullopt;
      if (errno == EINTR) continue;
      return Status(broken(errno));
    }
    sent_ += static_cast<std::uint64_t>(n);
    advance(pieces, static_cast<std::size_t>(n));
  }
  return Status{};
}

Task<Status> SocketStream::send(Iovecs pieces, bool more) {
  for (;;) {
    if (auto done = try_send(pieces, more)) co_return *std::move(done);
    BRYO_CO_CHECK(co_await wait(Waiting::Write, std::chrono::steady_clock::now() + write_stall_));
  }
}

Task<Status> SocketStream::send_file(int file, std::uint64_t offset, std::uint64_t length) {
  auto at = static_cast<off_t>(offset);
  while (length != 0) {
    const auto n = ::sendfile(socket_.native_handle(), file, &at, std::min(length, kFilePiece));
    if (n > 0) {
      sent_ += static_cast<std::uint64_t>(n);
      length -= static_cast<std::uint64_t>(n);
    } else if (n == 0) {
      co_return Error(Errc::Io, "a file that was being sent became shorter: " + std::to_string(length) +
                                    " bytes are missing at offset " + std::to_string(at));
    } else if (would_block(errno)) {
      BRYO_CO_CHECK(co_await wait(Waiting::Write, std::chrono::steady_clock::now() + write_stall_));
    } else if (errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN || errno == ETIMEDOUT) {
      co_return broken(errno);
    } else if (errno != EINTR) {
      co_return Error(Errc::Io, std::string("sending a file failed: ") + std::strerror(errno));
    }
  }
  co_return Status{};
}

int SocketStream::unsent_bytes() {
  int bytes = 0;
  return ::ioctl(socket_.native_handle(), SIOCOUTQ, &bytes) == 0 ? bytes : 0;
}

void SocketStream::sweep(TimePoint now) {
  if (waiting_ == Waiting::No || now < deadline_) return;
  if (waiting_ == Waiting::Write) {
    // The kernel reports a socket writable only when a third of its buffer is free: a slow reader moves, unseen by us.
    const int unsent = unsent_bytes();
    if (unsent < unsent_at_wait_) {
      unsent_at_wait_ = unsent;
      deadline_ = now + write_stall_;
      return;
    }
  }
  expired_ = true;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void SocketStream::abort() {
  aborted_ = true;
  boost::system::error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_both, ignored);
  socket_.cancel(ignored);
}

void SocketStream::shut_down_sending() {
  boost::system::error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
}

void SocketStream::tear() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace bryo::kernel
