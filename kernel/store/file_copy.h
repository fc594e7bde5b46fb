#pragma once

/// Content from file to file, within the operating system where it can.

#include <cstdint>

namespace bryo::kernel {

/// Appends to `to`, at `offset` of it, the first `length` bytes of `from`. File systems that share blocks share them.
/// 0 or an errno; EIO when `from` is shorter. Blocking.
int copy_file(int from, int to, std::uint64_t offset, std::uint64_t length);

}  // namespace bryo::kernel
