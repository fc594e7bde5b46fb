#include <kernel/http/connection_set.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

namespace bryo::kernel {

namespace {

using namespace std::chrono_literals;

HttpLimits::Time sweep_interval(const HttpLimits& limits) {
  const auto shortest =
      std::min({limits.header_timeout, limits.idle_timeout, limits.body_stall, limits.write_stall, limits.linger});
  return std::clamp<HttpLimits::Time>(shortest / 4, 10ms, 1s);
}

/// Counts a connection as open; what it saw goes with the coroutine's frame, however that ends.
class OpenConnection {
 public:
  explicit OpenConnection(ServerState& state) : state_(state) { state_.metrics.open_connections.add(1); }
  OpenConnection(const OpenConnection&) = delete;
  OpenConnection& operator=(const OpenConnection&) = delete;
  ~OpenConnection() {
    state_.metrics.open_connections.add(-1);
    const std::lock_guard lock(state_.mutex);
    --state_.open;
    state_.changed.notify_all();
  }

 private:
  ServerState& state_;
};

}  // namespace

ConnectionSet::ConnectionSet(std::shared_ptr<ServerState> state, boost::asio::io_context& loop)
    : state_(std::move(state)), loop_(loop), timer_(loop) {}

void ConnectionSet::start() { boost::asio::co_spawn(loop_, sweep_regularly(), boost::asio::detached); }

Task<void> ConnectionSet::sweep_regularly() {
  const auto self = shared_from_this();
  while (!stopped_) {
    timer_.expires_after(sweep_interval(state_->limits_now()));
    co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    const auto now = std::chrono::steady_clock::now();
    for (auto& connection : connections_) connection.sweep(now);
  }
}

void ConnectionSet::serve(boost::asio::ip::tcp::socket socket, std::string remote) {
  auto scope = std::make_shared<CallScope>(loop_.get_executor());
  boost::asio::co_spawn(loop_, run(std::move(socket), std::move(remote), scope),
                        boost::asio::bind_cancellation_slot(scope->slot(), [scope](const std::exception_ptr&) {}));
}

Task<void> ConnectionSet::run(boost::asio::ip::tcp::socket socket, std::string remote,
                              std::shared_ptr<CallScope> scope) {
  const auto self = shared_from_this();
  const OpenConnection open(*state_);
  try {
    Connection connection(*state_, durations_, std::move(socket), std::move(remote), loop_.get_executor(),
                          std::move(scope));
    connections_.push_back(connection);
    co_await connection.run();
  } catch (const std::exception& e) {
    state_->log.error("a connection ended with an exception", {{"what", e.what()}});
  }
}

void ConnectionSet::drain() {
  for (auto& connection : connections_) connection.drain();
}

void ConnectionSet::abort() {
  for (auto& connection : connections_) connection.abort();
}

void ConnectionSet::stop() {
  stopped_ = true;
  timer_.cancel();
}

}  // namespace bryo::kernel
