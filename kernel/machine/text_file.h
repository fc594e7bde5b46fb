#pragma once

/// Small files of /proc and /sys.

#include <string>

namespace bryo::kernel {

/// The content; empty when it cannot be read. Blocking, but these files never wait for a disk.
[[nodiscard]] std::string read_text_file(const std::string& path);

}  // namespace bryo::kernel
