#pragma once

/// A client's socket: tries first, waits only when the kernel says so.

#include <bryo/bytes.h>

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <sys/uio.h>

namespace bryo::kernel {

/// What is still to be sent: advanced in place.
using Iovecs = std::span<iovec>;

/// One connected socket on its event loop's thread. At most one wait at a time; a wait ends with Timeout when its time
/// is over (found by `sweep`), Cancelled when the peer is gone or `abort` was called.
class SocketStream {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Time = std::chrono::steady_clock::duration;

  SocketStream(boost::asio::ip::tcp::socket socket, Time write_stall);
  SocketStream(const SocketStream&) = delete;
  SocketStream& operator=(const SocketStream&) = delete;

  /// Bytes that are there now: 0 = the peer has ended its side; nullopt = none yet. Cancelled: the connection is
  /// broken.
  Result<std::optional<std::size_t>> try_receive(MutableBytes out);
  /// Waits for bytes, or the end of the peer's side, until `deadline`.
  Task<Status> wait_readable(TimePoint deadline);
  /// `try_receive` until there is something.
  Task<Result<std::size_t>> receive(MutableBytes out, Time stall);

  /// Sends as much as the socket takes. nullopt: not all of it, `pieces` says what is left. `more`: other bytes follow
  /// at once (MSG_MORE).
  std::optional<Status> try_send(Iovecs& pieces, bool more);
  /// Sends all. `pieces` and what they point to must live until the end.
  Task<Status> send(Iovecs pieces, bool more);
  /// Sends `length` bytes of the file, at most 1 MiB a call. Fails with Io when the file is shorter.
  Task<Status> send_file(int descriptor, std::uint64_t offset, std::uint64_t length);

  /// Ends a wait whose time is over. A write that still moves, however slowly, gets more time.
  void sweep(TimePoint now);
  /// Ends the wait under way, if any, with Cancelled; from now on nothing can be sent, received or waited for.
  void abort();
  void shut_down_sending();
  /// Closes so that the peer sees an error, not an end (RST).
  void tear();

  [[nodiscard]] int descriptor() { return socket_.native_handle(); }
  [[nodiscard]] std::uint64_t sent() const noexcept { return sent_; }
  [[nodiscard]] std::uint64_t received() const noexcept { return received_; }

 private:
  enum class Waiting : std::uint8_t { No, Read, Write };
  Task<Status> wait(Waiting what, TimePoint deadline);
  int unsent_bytes();

  boost::asio::ip::tcp::socket socket_;
  const Time write_stall_;
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  TimePoint deadline_ = TimePoint::max();
  int unsent_at_wait_ = 0;
  Waiting waiting_ = Waiting::No;
  bool expired_ = false;
  bool aborted_ = false;
};

}  // namespace bryo::kernel
