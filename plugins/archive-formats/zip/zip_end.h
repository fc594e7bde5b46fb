#pragma once

/// The end of a ZIP archive, which tells where its directory stands.

#include <bryo/objects.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace bryo::zip {

struct DirectoryPlace {
  std::uint64_t begin = 0;
  std::uint64_t size = 0;     ///< bytes; they lie inside the archive
  std::uint64_t entries = 0;  ///< as announced; only the low 16 bits are reliable, tools that do not know ZIP64 cut it
  std::uint64_t shift = 0;    ///< bytes in front of the archive proper, of which its offsets do not know
};

/// Looks through the last 64 KiB, as much as a comment may take; bytes behind the end are passed over. Blocks. Fails
/// with InvalidArgument when there is no directory, or the archive is one part of several.
Result<DirectoryPlace> find_directory(const OpenObject& archive, std::string_view label);

/// "zip: not a valid zip file: LABEL WHAT", InvalidArgument.
Error not_a_zip(std::string_view label, const std::string& what);

}  // namespace bryo::zip
