#include <kernel/runtime/sync_point.h>
#include <kernel/store/file_copy.h>

#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <memory>

namespace bryo::kernel {
namespace {

/// What one system call copies: a bound on how long it holds what the file system locks.
constexpr std::uint64_t kStep = 64 << 20;
constexpr std::size_t kBuffer = 1 << 20;

/// For file systems that cannot copy between each other.
int copy_through_memory(int from, int to, std::uint64_t done, std::uint64_t offset, std::uint64_t length) {
  const auto buffer = std::make_unique_for_overwrite<std::byte[]>(kBuffer);
  while (done < length) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(kBuffer, length - done));
    const ssize_t got = ::pread(from, buffer.get(), size, static_cast<off_t>(done));
    if (got == 0) return EIO;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    for (ssize_t at = 0; at < got;) {
      const ssize_t put = ::pwrite(to, buffer.get() + at, static_cast<std::size_t>(got - at),
                                   static_cast<off_t>(offset + done + static_cast<std::uint64_t>(at)));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return errno;
      at += put;
    }
    done += static_cast<std::uint64_t>(got);
  }
  return 0;
}

}  // namespace

int copy_file(int from, int to, std::uint64_t offset, std::uint64_t length) {
  if (const int fault = BRYO_FAULT_POINT("store.copy")) return fault;
  std::uint64_t done = 0;
  while (done < length) {
    auto read_at = static_cast<off_t>(done);
    auto write_at = static_cast<off_t>(offset + done);
    const auto size = static_cast<std::size_t>(std::min(kStep, length - done));
    const ssize_t copied = ::copy_file_range(from, &read_at, to, &write_at, size, 0);
    if (copied == 0) return EIO;
    if (copied < 0) {
      if (errno == EINTR) continue;
      if (errno != EXDEV && errno != EOPNOTSUPP && errno != ENOSYS && errno != EINVAL) return errno;
      return copy_through_memory(from, to, done, offset, length);
    }
    done += static_cast<std::uint64_t>(copied);
  }
  return 0;
}

}  // namespace bryo::kernel
