#pragma once

#include <bryo/result.h>

#include <string>
#include <string_view>

namespace bryo::cli {

/// A file path below some folder for a name that a server gave. Fails if it would lead out of the folder ("..", a
/// leading '/') or cannot be a file.
inline Result<std::string> local_name(std::string_view name) {
  const auto bad = [&] {
    return Error(Errc::InvalidArgument, "\"" + std::string(name) + "\" cannot be a file below the destination folder");
  };
  if (name.empty() || name.front() == '/' || name.back() == '/') return bad();
  for (std::size_t from = 0; from <= name.size();) {
    const auto slash = std::min(name.find('/', from), name.size());
    const auto part = name.substr(from, slash - from);
    if (part == ".." || part == "." || part.find('\0') != std::string_view::npos) return bad();
    from = slash + 1;
  }
  return std::string(name);
}

}  // namespace bryo::cli
