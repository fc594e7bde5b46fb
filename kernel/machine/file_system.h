#pragma once

/// What the operating system says about the file system under a directory.

#include <cstdint>
#include <string>
#include <string_view>

namespace bryo::kernel {

/// Does not change while the file system stays mounted. Unknown texts are empty.
struct FileSystem {
  std::string source{};  ///< "/dev/vda1", "overlay"
  std::string type{};    ///< "ext4"
  std::string id{};      ///< the two halves of f_fsid as signed numbers: "-699591850,983848526"
  std::string disk{};    ///< whole disk, "vda"; the source where there is none
  bool rotational = false;
};

/// Reads /proc/self/mountinfo and /sys. Blocking, microseconds.
[[nodiscard]] FileSystem file_system_of(const std::string& directory);

struct FileSystemUsage {
  std::uint64_t used = 0;   ///< bytes
  std::uint64_t avail = 0;  ///< bytes for processes without privileges
  [[nodiscard]] std::uint64_t capacity() const { return used + avail; }
  /// 0 to 100, rounded down.
  [[nodiscard]] int percent() const;
};

/// One statvfs(2). Zeros when the directory cannot be looked at.
[[nodiscard]] FileSystemUsage file_system_usage(const std::string& directory);

/// The mount of device `major:minor` in the text of mountinfo; pure. Octal escapes in the source are undone.
[[nodiscard]] FileSystem parse_mountinfo(std::string_view mountinfo, std::string_view device);

}  // namespace bryo::kernel
