#include <kernel/node/service_notice.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace bryo::kernel {
namespace {

Error not_told(const std::string& socket, const std::string& why) {
  return Error(Errc::Io, "the service manager cannot be told at NOTIFY_SOCKET \"" + socket + "\": " + why);
}

Status notify(const std::string& state) {
  const char* const named = std::getenv("NOTIFY_SOCKET");
  if (named == nullptr || *named == '\0') return {};
  const std::string socket = named;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket[0] != '/' && socket[0] != '@') return not_told(socket, "neither a path nor an abstract name");
  if (socket.size() >= sizeof address.sun_path) return not_told(socket, "too long");
  std::memcpy(address.sun_path, socket.data(), socket.size());
  if (socket[0] == '@') address.sun_path[0] = '\0';

  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return not_told(socket, std::strerror(errno));
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket.size());
  const ssize_t sent = ::sendto(fd, state.data(), state.size(), MSG_NOSIGNAL,
                                reinterpret_cast<const sockaddr*>(&address), length);  // the cast that sendto(2) wants
  const int error = errno;
  ::close(fd);
  if (sent < 0) return not_told(socket, std::strerror(error));
  return {};
}

}  // namespace

Status notify_ready(const std::string& url) { return notify("READY=1\nSTATUS=serving at " + url); }

Status notify_stopping(std::chrono::milliseconds limit) {
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(limit).count();
  return notify("STOPPING=1\nSTATUS=ending the running requests\nEXTEND_TIMEOUT_USEC=" + std::to_string(microseconds));
}

}  // namespace bryo::kernel
