#pragma once

/// The connections of one event loop.

#include <kernel/http/connection.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>
#include <memory>

namespace bryo::kernel {

/// Lives on its loop's thread: all calls but the constructor belong there. Time limits are found by a sweep a few times
/// per shortest limit, which costs less than a timer per wait.
class ConnectionSet : public std::enable_shared_from_this<ConnectionSet> {
 public:
  ConnectionSet(std::shared_ptr<ServerState> state, boost::asio::io_context& loop);
  ConnectionSet(const ConnectionSet&) = delete;
  ConnectionSet& operator=(const ConnectionSet&) = delete;

  void start();
  /// Serves `socket` until it ends, on a coroutine of its own.
  void serve(boost::asio::ip::tcp::socket socket, std::string remote);
  /// Ends idle connections; the others end with the request under way.
  void drain();
  /// Ends everything that waits for a client.
  void abort();
  /// No sweeps any more.
  void stop();

  [[nodiscard]] boost::asio::io_context& loop() noexcept { return loop_; }

 private:
  Task<void> sweep_regularly();
  Task<void> run(boost::asio::ip::tcp::socket socket, std::string remote, std::shared_ptr<CallScope> scope);

  const std::shared_ptr<ServerState> state_;
  boost::asio::io_context& loop_;
  boost::asio::steady_timer timer_;
  boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>> connections_;
  DurationCache durations_;
  bool stopped_ = false;
};

}  // namespace bryo::kernel
