// What the machine can do: answers the get-batch requests of bench_load with the fewest system calls and no checks at
// all. One blocking thread for each connection; small files are read into one arena behind a ready-made header, large
// ones go by sendfile.
//
//   limit_server DIRECTORY [--keep-open]      prints "ready PORT"
#include <tests/bench/limit_data.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

using bryo::bench::LimitData;
using bryo::bench::Stored;

constexpr std::size_t kFirstFlush = 256 << 10;
constexpr std::size_t kFlush = 1 << 20;
constexpr std::uint64_t kSendfileFrom = 192 << 10;
constexpr std::size_t kChunkHead = 32;

class Answer {
 public:
  Answer(int socket, const LimitData& data) : socket_(socket), data_(data) {
    arena_.resize(kChunkHead + kFlush + kSendfileFrom + 4096);
    std::memset(header_, 0, sizeof header_);
    std::memcpy(header_ + 100,
                "0000644\0"
                "0000000\0"
                "0000000\0",
                24);
    std::memcpy(header_ + 136, "00000000000\0", 12);
    header_[156] = '0';
    std::memcpy(header_ + 257,
                "ustar\0"
                "00",
                8);
  }

  bool send_batch(std::string_view body) {
    send_raw("HTTP/1.1 200 OK\r\nContent-Type: application/x-tar\r\nTransfer-Encoding: chunked\r\n\r\n", MSG_MORE);
    used_ = 0;
    flush_at_ = kFirstFlush;
    static constexpr std::string_view kObject = "\"objname\":\"", kMember = "\"archpath\":\"";
    for (std::size_t at = body.find(kObject); at != std::string_view::npos;) {
      at += kObject.size();
      const std::string_view object = body.substr(at, body.find('"', at) - at);
      const std::size_t next = body.find(kObject, at + object.size());
      const std::size_t arch = at + object.size() + 2;
      if (body.compare(arch, kMember.size(), kMember) == 0) {
        const std::size_t from = arch + kMember.size();
        const std::string_view member = body.substr(from, body.find('"', from) - from);
        append(member, data_.member(object, member), false);
      } else {
        append(object, data_.open(object), !data_.keeps_open());
      }
      at = next;
    }
    std::memset(room(1024), 0, 1024);
    used_ += 1024;
    flush(0, MSG_MORE);
    return send_raw("0\r\n\r\n", 0);
  }

 private:
  char* room(std::size_t n) {
    if (kChunkHead + used_ + n + 2 > arena_.size()) flush(0, MSG_MORE);
    return arena_.data() + kChunkHead + used_;
  }

  void append(std::string_view name, Stored stored, bool close_it) {
    if (stored.descriptor < 0) return;
    char* at = room(512);
    std::memcpy(at, header_, 512);
    std::memcpy(at, "bench/", 6);
    std::memcpy(at + 6, name.data(), name.size());
    std::snprintf(at + 124, 12, "%011lo", static_cast<unsigned long>(stored.size));
    used_ += 512;
    const std::uint64_t padding = (512 - stored.size % 512) % 512;
    if (stored.size >= kSendfileFrom) {
      flush(stored.size, MSG_MORE);
      off_t offset = static_cast<off_t>(stored.offset);
      for (std::uint64_t left = stored.size; left > 0;) {
        const ssize_t n = ::sendfile(socket_, stored.descriptor, &offset, left);
        if (n <= 0) break;
        left -= static_cast<std::uint64_t>(n);
      }
      send_raw("\r\n", MSG_MORE);
      std::memset(room(padding), 0, padding);
      used_ += padding;
    } else {
      char* to = room(stored.size + padding);
      if (::pread(stored.descriptor, to, stored.size, static_cast<off_t>(stored.offset)) < 0) return;
      std::memset(to + stored.size, 0, padding);
      used_ += stored.size + padding;
    }
    if (close_it) ::close(stored.descriptor);
    if (used_ >= flush_at_) flush(0, MSG_MORE);
  }

  // One chunk: what the arena holds and `file_bytes` that the caller sends after it.
  void flush(std::uint64_t file_bytes, int flags) {
    if (used_ == 0 && file_bytes == 0) return;
    char head[kChunkHead];
    const int n = std::snprintf(head, sizeof head, "%lx\r\n", static_cast<unsigned long>(used_ + file_bytes));
    char* const from = arena_.data() + kChunkHead - n;
    std::memcpy(from, head, static_cast<std::size_t>(n));
    std::size_t total = static_cast<std::size_t>(n) + used_;
    if (file_bytes == 0) {
      std::memcpy(arena_.data() + kChunkHead + used_, "\r\n", 2);
      total += 2;
    }
    send_raw({from, total}, flags);
    used_ = 0;
    flush_at_ = kFlush;
  }

  bool send_raw(std::string_view bytes, int flags) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(socket_, bytes.data(), bytes.size(), flags | MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  int socket_;
  const LimitData& data_;
  std::vector<char> arena_;
  char header_[512];
  std::size_t used_ = 0;
  std::size_t flush_at_ = kFirstFlush;
};

void serve(int socket, const LimitData& data) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  Answer answer(socket, data);
  std::string request;
  std::vector<char> buffer(256 << 10);
  for (;;) {
    std::size_t head = request.find("\r\n\r\n");
    std::size_t need = std::string::npos;
    if (head != std::string::npos) {
      const std::size_t length = request.find("Content-Length: ");
      need = head + 4 + (length < head ? std::strtoull(request.c_str() + length + 16, nullptr, 10) : 0);
    }
    if (request.size() >= need && need != std::string::npos) {
      if (!answer.send_batch(std::string_view(request).substr(head + 4, need - head - 4))) break;
      request.erase(0, need);
      continue;
    }
    const ssize_t n = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (n <= 0) break;
    request.append(buffer.data(), static_cast<std::size_t>(n));
  }
  ::close(socket);
}

int listen_on_loopback(std::uint16_t& port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (listener < 0 || ::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, 128) != 0 || ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("cannot listen on loopback");
  }
  port = ntohs(address.sin_port);
  return listener;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "limit_server DIRECTORY [--keep-open]\n");
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  try {
    const LimitData data(argv[1], argc > 2 && std::strcmp(argv[2], "--keep-open") == 0);
    std::uint16_t port = 0;
    const int listener = listen_on_loopback(port);
    std::printf("ready %u\n", port);
    std::fflush(stdout);
    for (;;) {
      const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket >= 0) std::thread(serve, socket, std::cref(data)).detach();
    }
  } catch (const std::exception& e) {
    std::fprintf(stderr, "limit_server: %s\n", e.what());
    return 1;
  }
}
