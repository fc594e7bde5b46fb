#pragma once

/// Opening an object's file for reading.

#include <kernel/store/descriptor.h>

namespace bryo::kernel {

/// Opens `path` below `directory`: never through a symbolic link, never out of it. 0 or an errno. Without `wait` only
/// what directories in memory can tell: EAGAIN when the disk is needed (or the kernel cannot say: before Linux 5.12).
int open_at(int directory, const char* path, bool wait, Descriptor& file);

}  // namespace bryo::kernel
