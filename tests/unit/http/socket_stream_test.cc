#include <kernel/http/socket_stream.h>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <linux/sockios.h>
#include <sys/ioctl.h>

namespace bryo::kernel {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;
using Time = std::chrono::steady_clock;

/// A stream and its peer on loopback, run by hand; time is what the test says.
class SocketStreamTest : public testing::Test {
 protected:
  SocketStreamTest() {
    tcp::acceptor acceptor(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    peer_.connect(acceptor.local_endpoint());
    tcp::socket accepted = acceptor.accept();
    descriptor_ = accepted.native_handle();
    stream_.emplace(std::move(accepted), 30s);
  }
  /// Starts `task`; its result appears in `status` when it ends.
  void start(Task<Status> task, std::optional<Status>& status) {
    asio::co_spawn(io_, std::move(task), [&status](const std::exception_ptr&, Status result) { status = result; });
    run();
  }
  void run() {
    io_.restart();
    io_.poll();
  }
  /// Reads `n` bytes on the other side, and lets the kernel notice on this one.
  void peer_reads(std::size_t n) {
    const int before = unsent();
    std::vector<char> bytes(n);
    asio::read(peer_, asio::buffer(bytes));
    while (unsent() >= before) std::this_thread::yield();
  }
  [[nodiscard]] int unsent() const {
    int bytes = 0;
    EXPECT_EQ(::ioctl(descriptor_, SIOCOUTQ, &bytes), 0);
    return bytes;
  }

  asio::io_context io_;
  tcp::socket peer_{io_};
  int descriptor_ = -1;
  std::optional<SocketStream> stream_;
  const std::string much_ = std::string(16 << 20, 'x');
};

TEST_F(SocketStreamTest, AWriteThatDoesNotMoveExpires) {
  iovec piece{const_cast<char*>(much_.data()), much_.size()};
  std::optional<Status> status;
  start(stream_->send(Iovecs(&piece, 1), false), status);
  stream_->sweep(Time::now() + 29s);
  run();
  EXPECT_FALSE(status) << "not yet";
  stream_->sweep(Time::now() + 31s);
  run();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->error().code(), Errc::Timeout);
  EXPECT_EQ(status->error().message(), "the client took nothing for too long");
}

TEST_F(SocketStreamTest, AWriteThatMovesSlowlyGetsMoreTime) {
  iovec piece{const_cast<char*>(much_.data()), much_.size()};
  std::optional<Status> status;
  start(stream_->send(Iovecs(&piece, 1), false), status);
  auto now = Time::now();
  // The peer takes a little in every half minute: less than it takes to make the socket writable each time.
  for (int i = 0; i < 4; ++i) {
    peer_reads(150'000);
    now += 31s;
    stream_->sweep(now);
    run();
    ASSERT_FALSE(status) << "round " << i;
  }
  for (int i = 0; i < 3; ++i) stream_->sweep(now += 31s);
  run();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->error().code(), Errc::Timeout);
}

TEST_F(SocketStreamTest, ReceiveExpiresAtItsDeadline) {
  std::vector<std::byte> room(100);
  const auto now = Time::now();
  std::optional<Result<std::size_t>> received;
  asio::co_spawn(io_, stream_->receive(room, now + 60s),
                 [&](const std::exception_ptr&, Result<std::size_t> n) { received = n; });
  run();
  stream_->sweep(now + 59s);
  run();
  EXPECT_FALSE(received);
  stream_->sweep(now + 60s);
  run();
  ASSERT_TRUE(received);
  EXPECT_EQ(received->error().code(), Errc::Timeout);
}

TEST_F(SocketStreamTest, AbortEndsTheWaitAndAllThatFollow) {
  std::vector<std::byte> room(100);
  std::optional<Result<std::size_t>> received;
  const auto keep = [&](const std::exception_ptr&, Result<std::size_t> n) { received = n; };
  asio::co_spawn(io_, stream_->receive(room, Time::time_point::max()), keep);
  run();
  stream_->abort();
  run();
  ASSERT_TRUE(received);
  EXPECT_EQ(received->error().code(), Errc::Cancelled);
  received.reset();
  asio::co_spawn(io_, stream_->receive(room, Time::time_point::max()), keep);
  run();
  ASSERT_TRUE(received);
  EXPECT_EQ(received->error().code(), Errc::Cancelled);
  iovec piece{const_cast<char*>(much_.data()), 10};
  Iovecs pieces(&piece, 1);
  const auto sent = stream_->try_send(pieces, false);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->error().code(), Errc::Cancelled);
}

TEST_F(SocketStreamTest, TheEndOfThePeerIsZeroBytes) {
  std::vector<std::byte> room(100);
  std::optional<Result<std::size_t>> received;
  const auto keep = [&](const std::exception_ptr&, Result<std::size_t> n) { received = n; };
  peer_.shutdown(asio::socket_base::shutdown_send);
  asio::co_spawn(io_, stream_->receive(room, Time::time_point::max()), keep);
  run();
  ASSERT_TRUE(received);
  EXPECT_EQ(**received, 0u);
}

TEST_F(SocketStreamTest, AResetIsNoEnd) {
  std::vector<std::byte> room(100);
  std::optional<Result<std::size_t>> received;
  peer_.set_option(asio::socket_base::linger(true, 0));
  peer_.close();
  asio::co_spawn(io_, stream_->receive(room, Time::time_point::max()),
                 [&](const std::exception_ptr&, Result<std::size_t> n) { received = n; });
  run();
  ASSERT_TRUE(received);
  EXPECT_EQ(received->error().code(), Errc::Cancelled);
}

}  // namespace
}  // namespace bryo::kernel
