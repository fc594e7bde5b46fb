#include <kernel/http/residency.h>

#include <atomic>
#include <cerrno>

#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace bryo::kernel {

namespace {

// include/uapi/linux/mman.h of Linux 6.5; the headers of Debian 12 do not have it. One number on all architectures.
constexpr long kCachestat = 451;
struct CachestatRange {
  std::uint64_t offset;
  std::uint64_t length;
};
struct Cachestat {
  std::uint64_t cached;
  std::uint64_t dirty;
  std::uint64_t writeback;
  std::uint64_t evicted;
  std::uint64_t recently_evicted;
};

bool readable_at_once(int descriptor, std::uint64_t offset) noexcept {
  char byte = 0;
  iovec piece{&byte, 1};
  return ::preadv2(descriptor, &piece, 1, static_cast<off_t>(offset), RWF_NOWAIT) >= 0 || errno == EOPNOTSUPP;
}

}  // namespace

bool in_memory(int descriptor, std::uint64_t offset, std::uint64_t length) noexcept {
  static std::atomic<bool> missing{false};
  if (!missing.load(std::memory_order_relaxed)) {
    static const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    CachestatRange range{offset, length};
    Cachestat answer{};
    if (::syscall(kCachestat, descriptor, &range, &answer, 0u) == 0) {
      const auto pages = (offset + length + page - 1) / page - offset / page;
      return answer.cached >= pages;
    }
    if (errno == EOPNOTSUPP) return true;  // hugetlbfs: memory by nature
    missing.store(true, std::memory_order_relaxed);
  }
  return readable_at_once(descriptor, offset) && readable_at_once(descriptor, offset + length - 1);
}

}  // namespace bryo::kernel
