#include <tests/bench/connection.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace bryo::bench {
namespace {

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what + ": " + std::strerror(errno)); }

bool starts_with_name(std::string_view line, std::string_view lower_name) {
  if (line.size() < lower_name.size()) return false;
  return std::equal(lower_name.begin(), lower_name.end(), line.begin(),
                    [](char a, char b) { return a == static_cast<char>(b >= 'A' && b <= 'Z' ? b | 0x20 : b); });
}

}  // namespace

Connection::Connection(const std::string& host, std::uint16_t port) : buffer_(64 << 10) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket_ < 0) fail("socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) throw std::runtime_error("bad address " + host);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("connect");
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Connection::~Connection() {
  if (socket_ >= 0) ::close(socket_);
}

Answer Connection::exchange(std::string_view request) {
  const auto start = std::chrono::steady_clock::now();
  send_all(request);

  Answer answer;
  const std::string status_line = read_line();
  if (status_line.size() < 12) throw std::runtime_error("bad status line: " + status_line);
  answer.status = std::stoi(status_line.substr(9, 3));
  bool chunked = false;
  std::uint64_t length = 0;
  for (std::string line = read_line(); !line.empty(); line = read_line()) {
    if (starts_with_name(line, "transfer-encoding:")) chunked = true;
    if (starts_with_name(line, "content-length:")) length = std::stoull(line.substr(15));
  }
  const bool no_body = request.starts_with("HEAD ");
  if (no_body || !chunked) {
    if (length > 0 && !no_body && begin_ == end_) fill();
    answer.first_byte = std::chrono::steady_clock::now() - start;
    if (!no_body) discard(length);
    answer.body_bytes = length;
  } else {
    for (bool first = true;; first = false) {
      const std::uint64_t chunk = std::stoull(read_line(), nullptr, 16);
      if (first) answer.first_byte = std::chrono::steady_clock::now() - start;
      if (chunk == 0) break;
      discard(chunk + 2);
      answer.body_bytes += chunk;
    }
    for (std::string line = read_line(); !line.empty(); line = read_line()) {
      if (starts_with_name(line, "bryo-error:")) answer.has_error_trailer = true;
    }
  }
  answer.total = std::chrono::steady_clock::now() - start;
  return answer;
}

void Connection::send_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0) fail("send");
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

std::string Connection::read_line() {
  std::string line;
  for (;;) {
    const char* const from = buffer_.data() + begin_;
    const char* const to = buffer_.data() + end_;
    const char* const newline = std::find(from, to, '\n');
    line.append(from, newline);
    begin_ += static_cast<std::size_t>(newline - from);
    if (newline != to) {
      ++begin_;
      if (!line.empty() && line.back() == '\r') line.pop_back();
      return line;
    }
    fill();
  }
}

void Connection::fill() {
  // A small read: what follows a chunk's head is dropped inside the kernel, not copied here.
  const ssize_t n = ::recv(socket_, buffer_.data(), 4096, 0);
  if (n < 0) fail("recv");
  if (n == 0) throw std::runtime_error("the server closed the connection");
  begin_ = 0;
  end_ = static_cast<std::size_t>(n);
}

void Connection::discard(std::uint64_t n) {
  const std::uint64_t buffered = std::min<std::uint64_t>(n, end_ - begin_);
  begin_ += buffered;
  n -= buffered;
  while (n > 0) {
    const ssize_t got = ::recv(socket_, nullptr, std::min<std::uint64_t>(n, 4u << 20), MSG_TRUNC);
    if (got < 0) fail("recv");
    if (got == 0) throw std::runtime_error("the server closed the connection within a body");
    n -= static_cast<std::uint64_t>(got);
  }
}

}  // namespace bryo::bench
