#pragma once

/// Where the content of a member begins: behind its local header, whose size the directory does not tell.

#include <bryo/bytes.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "zip_layout.h"

namespace bryo::zip {

/// Bytes of a local header that must be read to know where the content begins.
constexpr std::size_t local_header_size(std::string_view name) { return kLocalSize + name.size(); }

struct ContentPlace {
  std::uint64_t skip = 0;  ///< from the begin of the local header
  std::string_view why{};  ///< not empty: it cannot be read; completes "member NAME of ARCHIVE"
};

/// `header` has `local_header_size(name)` bytes; name and method are those of the directory.
ContentPlace content_behind(const std::byte* header, std::string_view name, std::uint16_t method);

}  // namespace bryo::zip
