#pragma once

/// The HTTP server of a node.

#include <kernel/http/listener.h>
#include <kernel/http/server_state.h>
#include <kernel/runtime/event_loops.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bryo::kernel {

struct HttpServerConfig {
  std::vector<std::string> listen;  ///< "127.0.0.1:8080"; port 0 = any free one
  NodeIdentity node;                ///< which roles are played, and the node's name in errors
  HttpLimits limits;
  AccessCheck access;  ///< empty: everything is allowed
};

/// Listeners and connections on the given loops. Everything passed in must outlive it; it must be drained before the
/// loops stop.
class HttpServer {
 public:
  HttpServer(HttpServerConfig config, const Router& router, EventLoops& loops, BlockingPool& blocking, Log& log,
             HttpMetrics& metrics);
  /// Drains without patience.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Binds all addresses; clients may connect from then on, and wait. Fails naming the address that cannot be had;
  /// nothing listens then. The node needs the ports before it has what answers requests.
  Status bind();
  /// Serves. Binds first, if that was not done.
  Status start();

  /// For connections that begin from now on; open ones keep theirs. Any thread.
  void set_limits(const HttpLimits& limits);

  /// The addresses bound, in the order of `listen`.
  [[nodiscard]] std::vector<boost::asio::ip::tcp::endpoint> endpoints() const;

  /// Stops accepting, ends idle connections, lets running requests finish until `deadline`; then calls `hurry`, which
  /// may end what they wait for, so that they still answer; then breaks their connections. Blocks: not from a loop's
  /// thread. Timeout if requests were hurried, broken or still run.
  Status drain(Deadline deadline, const std::function<void()>& hurry = {});

 private:
  bool wait_until_closed(Deadline deadline);

  const std::vector<std::string> addresses_;
  EventLoops& loops_;
  std::shared_ptr<ServerState> state_;
  std::vector<std::shared_ptr<ConnectionSet>> sets_;
  std::vector<std::shared_ptr<Listener>> listeners_;
  bool drained_ = false;
};

}  // namespace bryo::kernel
