#include "http_fixture.h"

#include <gtest/gtest.h>
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bryo::kernel::test {

using namespace std::chrono_literals;

namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

void add_field(std::map<std::string, std::string>& fields, const std::string& line) {
  const auto colon = line.find(": ");
  if (colon == std::string::npos) {
    ADD_FAILURE() << "not a header line: " << line;
    return;
  }
  std::string& value = fields[lower(line.substr(0, colon))];
  if (!value.empty()) value += ", ";
  value += line.substr(colon + 2);
}

}  // namespace

Client::Client(const boost::asio::ip::tcp::endpoint& server) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const timeval patience{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (::connect(fd_, server.data(), static_cast<socklen_t>(server.size())) != 0) ADD_FAILURE() << "connect failed";
}

Client::~Client() {
  if (fd_ >= 0) ::close(fd_);
}

Client::Client(Client&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), buffer_(std::move(other.buffer_)), reset_(other.reset_) {}

bool Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool Client::fill() {
  char bytes[65536];
  const auto n = ::recv(fd_, bytes, sizeof bytes, 0);
  if (n < 0) {
    reset_ = errno == ECONNRESET;
    if (!reset_) ADD_FAILURE() << "the server neither answered nor closed: " << errno;
    return false;
  }
  buffer_.append(bytes, static_cast<std::size_t>(n));
  return n > 0;
}

std::optional<std::string> Client::line() {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n")) == std::string::npos) {
    if (!fill()) return std::nullopt;
  }
  std::string out = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return out;
}

std::string Client::read_head() {
  std::string head;
  for (;;) {
    const auto text = line();
    if (!text || text->empty()) return head;
    head += *text + "\n";
  }
}

std::optional<Answer> Client::read(bool bodiless) {
  Answer answer;
  const auto first = line();
  if (!first) return std::nullopt;
  EXPECT_EQ(first->substr(0, 9), "HTTP/1.1 ") << *first;
  answer.status = std::atoi(first->c_str() + 9);
  answer.reason = first->size() > 13 ? first->substr(13) : "";
  for (;;) {
    const auto text = line();
    if (!text) return std::nullopt;
    if (text->empty()) break;
    add_field(answer.headers, *text);
  }
  answer.whole = true;
  if (bodiless || answer.status < 200 || answer.status == 204 || answer.status == 304) return answer;
  if (answer.header("transfer-encoding") == "chunked") {
    read_chunks(answer);
  } else if (answer.headers.contains("content-length")) {
    const auto length = static_cast<std::size_t>(std::atoll(answer.header("content-length").c_str()));
    while (buffer_.size() < length && fill()) {
    }
    answer.whole = buffer_.size() >= length;
    answer.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
  } else {
    while (fill()) {
    }
    answer.whole = !reset_;
    answer.body = std::exchange(buffer_, {});
  }
  return answer;
}

void Client::read_chunks(Answer& answer) {
  answer.whole = false;
  for (;;) {
    const auto head = line();
    if (!head) return;
    const auto size = static_cast<std::size_t>(std::strtoull(head->c_str(), nullptr, 16));
    if (size == 0) break;
    while (buffer_.size() < size + 2) {
      if (!fill()) {
        answer.body += buffer_;
        return;
      }
    }
    answer.chunks.push_back(size);
    answer.body += buffer_.substr(0, size);
    EXPECT_EQ(buffer_.substr(size, 2), "\r\n");
    buffer_.erase(0, size + 2);
  }
  for (;;) {
    const auto field = line();
    if (!field) return;
    if (field->empty()) break;
    add_field(answer.trailers, *field);
  }
  answer.whole = true;
}

std::string Client::read_all() {
  while (fill()) {
  }
  return std::exchange(buffer_, {});
}

std::string Client::receive(std::size_t limit) {
  if (buffer_.empty()) fill();
  std::string out = buffer_.substr(0, limit);
  buffer_.erase(0, out.size());
  return out;
}

bool Client::at_end() { return buffer_.empty() && !fill() && !reset_; }

void Client::shut_down_sending() { ::shutdown(fd_, SHUT_WR); }

void Client::set_receive_buffer(int bytes) { ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes); }

std::string Client::address() const {
  sockaddr_in self{};
  socklen_t size = sizeof self;
  ::getsockname(fd_, reinterpret_cast<sockaddr*>(&self), &size);
  return "127.0.0.1:" + std::to_string(ntohs(self.sin_port));
}

HttpLimits TestServer::short_limits() {
  HttpLimits limits;
  limits.header_timeout = 10s;
  limits.idle_timeout = 10s;
  limits.body_stall = 10s;
  limits.write_stall = 10s;
  limits.linger = 1s;
  return limits;
}

TestServer::TestServer(HttpLimits limits, NodeIdentity node, std::size_t loops)
    : metrics_(*HttpMetrics::declare(registry_)),
      loops_(loops, log_),
      pool_({.threads = 2}),
      limits_(limits),
      node_(std::move(node)) {}

TestServer::~TestServer() {
  server_.reset();
  pool_.stop();
  EXPECT_TRUE(loops_.stop(Deadline::after(5s)));
}

void TestServer::route(RouteSpec spec, RouteHandler handler) {
  const auto added = router_.add(std::move(spec), std::move(handler), "test");
  ASSERT_TRUE(added) << added.error().message();
}

void TestServer::start() {
  HttpServerConfig config;
  config.listen = {"127.0.0.1:0"};
  config.node = node_;
  config.limits = limits_;
  config.access = access_;
  server_ = std::make_unique<HttpServer>(std::move(config), router_, loops_, pool_, log_, *metrics_);
  const auto started = server_->start();
  ASSERT_TRUE(started) << started.error().message();
}

Answer TestServer::ask(std::string_view request, bool bodiless) const {
  Client client = connect();
  client.send(request);
  auto answer = client.read(bodiless);
  EXPECT_TRUE(answer.has_value()) << "no answer";
  return answer.value_or(Answer{});
}

RouteHandler fixed_text(std::string text) {
  return [text = std::move(text)](Request&) -> Task<Result<Response>> { co_return Response::text(text); };
}

}  // namespace bryo::kernel::test
