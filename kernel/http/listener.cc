#include <kernel/http/listener.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <utility>

namespace bryo::kernel {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto kPause = std::chrono::milliseconds(50);

Result<tcp::endpoint> parse_address(const std::string& address) {
  const auto colon = address.rfind(':');
  const Error bad(Errc::InvalidArgument,
                  "listen address \"" + address + "\" must be IP:PORT, such as \"127.0.0.1:8080\"");
  if (colon == std::string::npos) return bad;
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const char* end = address.data() + address.size();
  const auto parsed = std::from_chars(address.data() + colon + 1, end, port);
  if (parsed.ec != std::errc() || parsed.ptr != end) return bad;
  boost::system::error_code failed;
  const auto ip = asio::ip::make_address(host, failed);
  if (failed) return bad;
  return tcp::endpoint(ip, port);
}

std::string text_of(const tcp::endpoint& endpoint) {
  const auto& address = endpoint.address();
  const auto ip = address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
  return ip + ":" + std::to_string(endpoint.port());
}

}  // namespace

Result<std::shared_ptr<Listener>> Listener::open(const std::string& address, asio::io_context& loop,
                                                 std::shared_ptr<ServerState> state,
                                                 std::vector<std::shared_ptr<ConnectionSet>> sets) {
  BRYO_TRY(endpoint, parse_address(address));
  tcp::acceptor acceptor(loop);
  boost::system::error_code failed;
  acceptor.open(endpoint.protocol(), failed);
  if (!failed) acceptor.set_option(asio::socket_base::reuse_address(true), failed);
  if (!failed) acceptor.bind(endpoint, failed);
  if (!failed) acceptor.listen(4096, failed);
  if (!failed) endpoint = acceptor.local_endpoint(failed);
  if (failed) {
    return Error(Errc::Io,
                 "cannot listen on " + address + ": " + failed.message() + "; is another server using this address?");
  }
  auto listener = std::make_shared<Listener>(std::move(acceptor), std::move(state), std::move(sets));
  listener->endpoint_ = endpoint;
  return listener;
}

Listener::Listener(tcp::acceptor acceptor, std::shared_ptr<ServerState> state,
                   std::vector<std::shared_ptr<ConnectionSet>> sets)
    : state_(std::move(state)),
      sets_(std::move(sets)),
      acceptor_(std::move(acceptor)),
      timer_(acceptor_.get_executor()) {}

void Listener::start() {
  {
    const std::lock_guard lock(state_->mutex);
    ++state_->listening;
  }
  asio::co_spawn(acceptor_.get_executor(), accept_all(), asio::detached);
}

void Listener::close() {
  asio::post(acceptor_.get_executor(), [self = shared_from_this()] {
    boost::system::error_code ignored;
    self->acceptor_.close(ignored);
    self->timer_.cancel();
  });
}

Task<void> Listener::accept_all() {
  const auto self = shared_from_this();
  while (acceptor_.is_open()) {
    if (full()) {
      co_await pause();
      continue;
    }
    ConnectionSet& set = *sets_[turn_++ % sets_.size()];
    auto [failed, socket] = co_await acceptor_.async_accept(set.loop(), asio::as_tuple(asio::use_awaitable));
    if (!failed) {
      complained_ = false;
      hand_over(std::move(socket), set);
    } else if (failed != asio::error::connection_aborted && acceptor_.is_open()) {
      // Out of descriptors or memory: the pending client stays in the queue, and asking again at once would spin.
      if (!std::exchange(complained_, true)) {
        state_->log.error("cannot accept a connection; trying again",
                          {{"listen", text_of(endpoint_)}, {"error", failed.message()}});
      }
      co_await pause();
    }
  }
  const std::lock_guard lock(state_->mutex);
  --state_->listening;
  state_->changed.notify_all();
}

bool Listener::full() {
  const std::lock_guard lock(state_->mutex);
  return state_->open >= state_->limits.connections;
}

Task<void> Listener::pause() {
  timer_.expires_after(kPause);
  co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
}

void Listener::hand_over(tcp::socket socket, ConnectionSet& set) {
  boost::system::error_code gone;
  const auto remote = socket.remote_endpoint(gone);
  if (gone) return;
  {
    const std::lock_guard lock(state_->mutex);
    ++state_->open;
  }
  state_->metrics.connections.add();
  set.serve(std::move(socket), text_of(remote));
}

}  // namespace bryo::kernel
