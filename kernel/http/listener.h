#pragma once

/// One listening address.

#include <bryo/result.h>
#include <kernel/http/connection_set.h>
#include <kernel/runtime/event_loops.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <vector>

namespace bryo::kernel {

/// Accepts on one loop and hands the sockets to all loops in turn: a client that opens few connections still gets all
/// cores. Out of descriptors, or at the limit of connections, it pauses and tries again; clients wait in the kernel's
/// queue meanwhile.
class Listener : public std::enable_shared_from_this<Listener> {
 public:
  /// `address`: "127.0.0.1:8080", "[::1]:8080"; port 0 = any free one. Binds at once. Fails with a sentence that names
  /// the address.
  static Result<std::shared_ptr<Listener>> open(const std::string& address, boost::asio::io_context& loop,
                                                std::shared_ptr<ServerState> state,
                                                std::vector<std::shared_ptr<ConnectionSet>> sets);

  [[nodiscard]] const boost::asio::ip::tcp::endpoint& endpoint() const noexcept { return endpoint_; }
  void start();
  /// Any thread; takes effect on the loop.
  void close();

  Listener(boost::asio::ip::tcp::acceptor acceptor, std::shared_ptr<ServerState> state,
           std::vector<std::shared_ptr<ConnectionSet>> sets);

 private:
  Task<void> accept_all();
  Task<void> pause();
  bool full();
  void hand_over(boost::asio::ip::tcp::socket socket, ConnectionSet& set);

  const std::shared_ptr<ServerState> state_;
  const std::vector<std::shared_ptr<ConnectionSet>> sets_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::ip::tcp::endpoint endpoint_;
  boost::asio::steady_timer timer_;
  std::size_t turn_ = 0;
  bool complained_ = false;  ///< about the trouble that lasts
};

}  // namespace bryo::kernel
