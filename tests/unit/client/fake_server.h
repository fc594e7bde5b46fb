#pragma once

/// An HTTP/1.1 server inside the test, on a port of its own: answers what the test says, remembers what came.

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace bryo::client {

struct SeenRequest {
  std::string method;
  std::string target;
  std::string head;  ///< all lines, as sent
  std::string body;
  int connection = 0;  ///< number of the connection, from 0

  /// The value of a header field; empty if absent.
  [[nodiscard]] std::string header(std::string_view name) const;
};

/// What goes back, byte for byte.
struct Reply {
  std::string bytes;
  bool close = false;        ///< and then the connection closes
  bool before_body = false;  ///< sent after the head of the request, which gets no 100 Continue
  bool hang = false;         ///< then nothing, until the server stops
};

/// `HTTP/1.1 STATUS` with Content-Length.
Reply reply(int status, std::string_view body = {}, std::string_view fields = {});
/// 200 in chunks of `chunk` bytes, with trailer fields ("Name: value\r\n").
Reply chunked(std::string_view body, std::size_t chunk, std::string_view fields = {}, std::string_view trailers = {});

class FakeServer {
 public:
  using Handler = std::function<Reply(const SeenRequest&)>;
  explicit FakeServer(Handler handler);
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;
  ~FakeServer();

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::vector<SeenRequest> seen() const;

 private:
  void accept_loop();
  void serve(int socket, int number);

  Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<SeenRequest> seen_;
  std::vector<int> sockets_;
  std::vector<std::thread> threads_;
  std::atomic<bool> stopping_{false};
  std::thread acceptor_;
};

/// A port on which nobody listens.
std::string dead_url();

}  // namespace bryo::client
