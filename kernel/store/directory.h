#pragma once

/// Reading a directory in few system calls.

#include <kernel/store/descriptor.h>
#include <kernel/store/disk_error.h>

#include <dirent.h>
#include <fcntl.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <string_view>

namespace bryo::kernel {

/// Calls `visit(name)` for every entry of the directory `path` below `parent`, in the file system's order, without "."
/// and "..". Stops at the first failed Status. A directory that does not exist has no entries. Blocking.
template <class Visit>
Status for_each_entry(int parent, const char* path, Visit visit) {
  const Descriptor directory(::openat(parent, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!directory) {
    if (errno == ENOENT) return {};
    return disk_error(errno, "cannot open directory " + std::string(path));
  }
  constexpr std::size_t kBuffer = 64 << 10;
  const auto buffer = std::make_unique_for_overwrite<char[]>(kBuffer);
  for (;;) {
    const ssize_t filled = ::getdents64(directory.get(), buffer.get(), kBuffer);
    if (filled < 0) return disk_error(errno, "cannot read directory " + std::string(path));
    if (filled == 0) return {};
    for (ssize_t at = 0; at < filled;) {
      const auto* entry = reinterpret_cast<const struct dirent64*>(buffer.get() + at);
      at += entry->d_reclen;
      const std::string_view name(entry->d_name);
      if (name == "." || name == "..") continue;
      BRYO_CHECK(visit(name));
    }
  }
}

}  // namespace bryo::kernel
