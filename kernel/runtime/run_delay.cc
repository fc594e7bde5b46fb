#include <kernel/runtime/run_delay.h>

#include <array>
#include <cstdlib>
#include <string>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace bryo::kernel {

RunDelay::~RunDelay() {
  if (file_ >= 0) ::close(file_);
}

std::chrono::nanoseconds RunDelay::read(pid_t tid) {
  if (tid == 0) return {};
  if (!std::exchange(opened_, true)) {
    file_ = ::open(("/proc/self/task/" + std::to_string(tid) + "/schedstat").c_str(), O_RDONLY | O_CLOEXEC);
  }
  if (file_ < 0) return {};
  std::array<char, 96> text{};  // "nanoseconds running, nanoseconds waiting, time slices"
  const auto size = ::pread(file_, text.data(), text.size() - 1, 0);
  if (size <= 0) return {};
  char* rest = nullptr;
  (void)std::strtoull(text.data(), &rest, 10);
  return std::chrono::nanoseconds(std::strtoull(rest, nullptr, 10));
}

}  // namespace bryo::kernel
