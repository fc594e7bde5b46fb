#pragma once

#include <filesystem>
#include <string>

#include "console.h"

namespace bryo::cli {

/// Whether `path` may be written: it is absent, no regular file (/dev/null), or the user agrees to lose it.
inline Result<bool> may_overwrite(const std::string& path, bool yes, Console& console) {
  std::error_code ignored;
  if (yes || !std::filesystem::is_regular_file(path, ignored)) return true;
  return console.confirm(path + " exists. Proceed to overwrite?");
}

}  // namespace bryo::cli
