#pragma once

/// Whether bytes of a file are in memory.

#include <cstdint>

namespace bryo::kernel {

/// True if reading the range (at most a few MiB) need not wait for a disk, as far as one cheap system call can tell.
/// Never waits. cachestat(2), and preadv2(RWF_NOWAIT) of the range's ends on kernels before 6.5.
bool in_memory(int descriptor, std::uint64_t offset, std::uint64_t length) noexcept;

}  // namespace bryo::kernel
