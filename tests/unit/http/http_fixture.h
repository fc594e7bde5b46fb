#pragma once

/// A server on loopback, port 0, and a client that writes and reads raw bytes.

#include <kernel/http/http_server.h>
#include <kernel/runtime/thread_pool.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel::test {

/// Keeps what is logged.
class RecordingLog final : public Log {
 public:
  void debug(std::string_view, Fields) override {}
  void info(std::string_view message, Fields fields) override { add(message, fields); }
  void warning(std::string_view message, Fields fields) override { add(message, fields); }
  void error(std::string_view message, Fields fields) override { add(message, fields); }
  [[nodiscard]] std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  void add(std::string_view message, Fields fields) {
    const std::lock_guard lock(mutex_);
    text_.append(message);
    for (const auto& [key, value] : fields) text_.append(" ").append(key).append("=").append(value);
    text_.append("\n");
  }
  mutable std::mutex mutex_;
  std::string text_;
};

/// One answer as the client saw it.
struct Answer {
  int status = 0;
  std::string reason;
  std::map<std::string, std::string> headers;   ///< names in lower case
  std::string body;                             ///< without the chunked encoding
  std::map<std::string, std::string> trailers;  ///< names in lower case
  std::vector<std::size_t> chunks;              ///< sizes, without the last
  bool whole = false;                           ///< the body ended as announced
  [[nodiscard]] std::string header(const std::string& name) const {
    const auto at = headers.find(name);
    return at == headers.end() ? "" : at->second;
  }
};

/// A blocking client socket. Reads give up after ten seconds, which no test should see.
class Client {
 public:
  explicit Client(const boost::asio::ip::tcp::endpoint& server);
  ~Client();
  Client(Client&& other) noexcept;
  Client(const Client&) = delete;

  /// False when the server has closed.
  bool send(std::string_view bytes);
  /// Reads one answer. `bodiless`: it answers HEAD. nullopt: the connection ended before a header.
  std::optional<Answer> read(bool bodiless = false);
  /// Header lines up to the empty one, raw.
  std::string read_head();
  /// Whatever comes until the server closes.
  std::string read_all();
  /// At most `limit` bytes; "" at the end or after a reset (see `was_reset`).
  std::string receive(std::size_t limit);
  /// The server has closed in order: end of stream and nothing more to read.
  bool at_end();
  [[nodiscard]] bool was_reset() const noexcept { return reset_; }
  void shut_down_sending();
  void set_receive_buffer(int bytes);
  [[nodiscard]] std::string address() const;  ///< "127.0.0.1:PORT" of this end

 private:
  bool fill();
  std::optional<std::string> line();
  void read_chunks(Answer& answer);

  int fd_ = -1;
  std::string buffer_;
  bool reset_ = false;
};

/// Everything a server needs, with short limits; `start` after the routes are in.
class TestServer {
 public:
  explicit TestServer(HttpLimits limits = short_limits(), NodeIdentity node = {"g1p", "g1t"}, std::size_t loops = 1);
  ~TestServer();

  /// Patient where a test would otherwise be fast, so that a slow machine changes nothing.
  static HttpLimits short_limits();

  void route(RouteSpec spec, RouteHandler handler);
  void route(Verb verb, std::string pattern, RouteHandler handler) {
    route({.verb = verb, .pattern = std::move(pattern), .doc = "Test."}, std::move(handler));
  }
  void set_access(AccessCheck check) { access_ = std::move(check); }
  void start();
  [[nodiscard]] Client connect() const { return Client(endpoint()); }
  /// One request on a connection of its own.
  Answer ask(std::string_view request, bool bodiless = false) const;
  [[nodiscard]] boost::asio::ip::tcp::endpoint endpoint() const { return server_->endpoints().front(); }
  HttpServer& server() { return *server_; }
  HttpMetrics& metrics() { return *metrics_; }
  RecordingLog& log() { return log_; }
  MetricsRegistry& registry() { return registry_; }
  ThreadPool& pool() { return pool_; }
  EventLoops& loops() { return loops_; }

 private:
  RecordingLog log_;
  MetricsRegistry registry_;
  std::unique_ptr<HttpMetrics> metrics_;
  EventLoops loops_;
  ThreadPool pool_;
  Router router_;
  HttpLimits limits_;
  NodeIdentity node_;
  AccessCheck access_;
  std::unique_ptr<HttpServer> server_;
};

/// A handler that answers the same text every time.
RouteHandler fixed_text(std::string text);

}  // namespace bryo::kernel::test
