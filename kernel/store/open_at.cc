#include <kernel/store/open_at.h>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include <atomic>
#include <cerrno>

namespace bryo::kernel {
namespace {

// O_NONBLOCK: a FIFO that somebody put there must not stop the node; no effect on files.
constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;

/// What the kernel and the container's system call filter allow, learnt at the first refusal.
std::atomic<bool> has_openat2{true};

int openat2(int directory, const char* path, int flags, std::uint64_t resolve) {
  const struct open_how how = {.flags = static_cast<std::uint64_t>(flags), .mode = 0, .resolve = resolve};
  return static_cast<int>(::syscall(SYS_openat2, directory, path, &how, sizeof how));
}

int open_flags(int directory, const char* path, bool wait, int flags, Descriptor& file) {
  if (has_openat2.load(std::memory_order_relaxed)) {
    const std::uint64_t resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | (wait ? 0u : RESOLVE_CACHED);
    file = Descriptor(openat2(directory, path, flags, resolve));
    if (file) return 0;
    if (errno == EINVAL && !wait) return EAGAIN;  // RESOLVE_CACHED is younger than openat2
    if (errno != ENOSYS) return errno;
    has_openat2.store(false, std::memory_order_relaxed);
  }
  if (!wait) return EAGAIN;
  file = Descriptor(::openat(directory, path, flags | O_NOFOLLOW));
  return file ? 0 : errno;
}

}  // namespace

int open_at(int directory, const char* path, bool wait, Descriptor& file) {
  // Access times are kept by the store: an update by the kernel would be a write, and could wait for the journal.
  const int error = open_flags(directory, path, wait, kFlags | O_NOATIME, file);
  if (error != EPERM) return error;
  return open_flags(directory, path, wait, kFlags, file);  // the file belongs to another user
}

}  // namespace bryo::kernel
