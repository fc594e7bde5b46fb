#include "fake_server.h"

#include <netinet/in.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace bryo::client {
namespace {

int listen_on_loopback(int& port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(listener, reinterpret_cast<sockaddr*>(&address), size);
  ::listen(listener, 64);
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return listener;
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

/// Bytes of one connection.
class Incoming {
 public:
  explicit Incoming(int socket) : socket_(socket) {}
  bool more() {
    char buffer[65'536];
    const auto n = ::recv(socket_, buffer, sizeof buffer, 0);
    if (n <= 0) return false;
    bytes_.append(buffer, static_cast<std::size_t>(n));
    return true;
  }
  /// Up to and with `end`; empty = the peer closed.
  std::string until(std::string_view end) {
    while (true) {
      if (const auto at = bytes_.find(end); at != std::string::npos) return take(at + end.size());
      if (!more()) return {};
    }
  }
  std::string exactly(std::size_t count) {
    while (bytes_.size() < count) {
      if (!more()) return {};
    }
    return take(count);
  }

 private:
  std::string take(std::size_t count) {
    std::string taken = bytes_.substr(0, count);
    bytes_.erase(0, count);
    return taken;
  }
  int socket_;
  std::string bytes_;
};

std::string read_body(Incoming& incoming, const SeenRequest& request) {
  if (!request.header("Transfer-Encoding").empty()) {
    std::string body;
    while (true) {
      const auto line = incoming.until("\r\n");
      const auto size = line.empty() ? 0 : std::stoul(line, nullptr, 16);
      if (size == 0) {
        incoming.until("\r\n");
        return body;
      }
      body += incoming.exactly(size);
      incoming.exactly(2);
    }
  }
  const auto length = request.header("Content-Length");
  return length.empty() ? std::string() : incoming.exactly(std::stoul(length));
}

}  // namespace

std::string SeenRequest::header(std::string_view name) const {
  std::size_t at = head.find("\r\n");
  while (at != std::string::npos && at + 2 < head.size()) {
    const auto begin = at + 2;
    at = head.find("\r\n", begin);
    const auto line = head.substr(begin, at - begin);
    if (line.size() > name.size() && line[name.size()] == ':' &&
        ::strncasecmp(line.data(), name.data(), name.size()) == 0) {
      const auto value = line.find_first_not_of(' ', name.size() + 1);
      return value == std::string::npos ? std::string() : line.substr(value);
    }
  }
  return {};
}

Reply reply(int status, std::string_view body, std::string_view fields) {
  return {"HTTP/1.1 " + std::to_string(status) + " x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
          std::string(fields) + "\r\n" + std::string(body)};
}

Reply chunked(std::string_view body, std::size_t chunk, std::string_view fields, std::string_view trailers) {
  std::string bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + std::string(fields) + "\r\n";
  while (!body.empty()) {
    const auto part = body.substr(0, chunk);
    char size[32];
    std::snprintf(size, sizeof size, "%zx\r\n", part.size());
    bytes.append(size).append(part).append("\r\n");
    body.remove_prefix(part.size());
  }
  return {bytes.append("0\r\n").append(trailers).append("\r\n")};
}

FakeServer::FakeServer(Handler handler) : handler_(std::move(handler)) {
  listener_ = listen_on_loopback(port_);
  acceptor_ = std::thread([this] { accept_loop(); });
}

FakeServer::~FakeServer() {
  stopping_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
  }
  for (auto& thread : threads_) thread.join();
  ::close(listener_);
}

std::vector<SeenRequest> FakeServer::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

void FakeServer::accept_loop() {
  for (int number = 0;; ++number) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0 || stopping_) {
      if (socket >= 0) ::close(socket);
      return;
    }
    const std::lock_guard lock(mutex_);
    sockets_.push_back(socket);
    threads_.emplace_back([this, socket, number] { serve(socket, number); });
  }
}

void FakeServer::serve(int socket, int number) {
  Incoming incoming(socket);
  while (true) {
    SeenRequest request;
    request.connection = number;
    request.head = incoming.until("\r\n\r\n");
    if (request.head.empty()) break;
    const auto first = request.head.find(' ');
    request.method = request.head.substr(0, first);
    request.target = request.head.substr(first + 1, request.head.find(' ', first + 1) - first - 1);
    auto answer = handler_(request);
    if (!answer.before_body) {
      if (!request.header("Expect").empty()) send_all(socket, "HTTP/1.1 100 Continue\r\n\r\n");
      request.body = read_body(incoming, request);
      if (!request.body.empty()) answer = handler_(request);
    }
    {
      const std::lock_guard lock(mutex_);
      seen_.push_back(request);
    }
    if (!send_all(socket, answer.bytes) || answer.close) break;
    if (answer.hang) {
      while (!stopping_ && incoming.more()) continue;
      break;
    }
  }
  // The number of the socket may be used again only after nobody shuts it down any more.
  const std::lock_guard lock(mutex_);
  sockets_.erase(std::find(sockets_.begin(), sockets_.end(), socket));
  ::close(socket);
}

std::string dead_url() {
  int port = 0;
  const int listener = listen_on_loopback(port);
  ::close(listener);
  return "http://127.0.0.1:" + std::to_string(port);
}

}  // namespace bryo::client
