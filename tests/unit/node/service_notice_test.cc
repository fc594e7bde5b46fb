#include <gtest/gtest.h>
#include <kernel/node/service_notice.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <filesystem>

namespace bryo::kernel {
namespace {

/// The other end: what a service manager listens on. Beginning with '@': an abstract name.
class NotifySocket {
 public:
  explicit NotifySocket(const std::string& name) : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path, sizeof address.sun_path);
    if (name[0] == '@') address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), length), 0) << name;
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
  }
  ~NotifySocket() {
    ::unsetenv("NOTIFY_SOCKET");
    ::close(fd_);
  }

  /// The next datagram; empty if there is none.
  std::string next() {
    std::array<char, 512> data{};
    const ssize_t size = ::recv(fd_, data.data(), data.size(), 0);
    return size < 0 ? std::string() : std::string(data.data(), static_cast<std::size_t>(size));
  }

 private:
  int fd_;
};

class ServiceNotice : public testing::Test {
 protected:
  ServiceNotice() {
    std::string pattern = testing::TempDir() + "bryo-notice-XXXXXX";
    path_ = ::mkdtemp(pattern.data());
  }
  ~ServiceNotice() override {
    ::unsetenv("NOTIFY_SOCKET");
    std::filesystem::remove_all(path_);
  }

  std::string path_;
};

TEST_F(ServiceNotice, TellsReadinessAndTheAddress) {
  NotifySocket manager(path_ + "/notify");
  ASSERT_TRUE(notify_ready("http://127.0.0.1:8080"));
  EXPECT_EQ(manager.next(), "READY=1\nSTATUS=serving at http://127.0.0.1:8080");
}

TEST_F(ServiceNotice, AsksForTheTimeThatStoppingTakes) {
  NotifySocket manager("@bryo-notice-" + std::to_string(::getpid()));
  ASSERT_TRUE(notify_stopping(std::chrono::milliseconds(90'001)));
  EXPECT_EQ(manager.next(), "STOPPING=1\nSTATUS=ending the running requests\nEXTEND_TIMEOUT_USEC=90001000");
}

TEST_F(ServiceNotice, NeedsNoServiceManager) {
  ::unsetenv("NOTIFY_SOCKET");
  EXPECT_TRUE(notify_ready("http://127.0.0.1:1"));
  ::setenv("NOTIFY_SOCKET", "", 1);
  EXPECT_TRUE(notify_ready("http://127.0.0.1:1"));
}

TEST_F(ServiceNotice, NamesASocketThatCannotBeUsed) {
  for (const std::string& name : {path_ + "/nobody", std::string("vsock:2:1234"), "/" + std::string(200, 'x')}) {
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
    const Status told = notify_ready("http://127.0.0.1:1");
    ASSERT_FALSE(told);
    EXPECT_NE(told.error().message().find(name), std::string::npos) << told.error().message();
  }
}

}  // namespace
}  // namespace bryo::kernel
