#pragma once

#include <bryo/client/archive_format.h>
#include <bryo/client/byte_stream.h>

#include <cstdint>
#include <string>

namespace bryo::cli {

class Console;
class Progress;

struct Extracted {
  std::uint64_t members = 0;
  std::uint64_t refused = 0;  ///< not written, and said why
};

/// Writes the files of a TAR that arrives below `folder`. Names that would lead out of it ("..", a leading '/') are
/// refused, files that exist too unless `overwrite`; links and devices in the TAR are passed over. Fails if the TAR is
/// damaged or stops early; complete files stay.
Result<Extracted> extract_members(client::ByteInput& tar, const std::string& folder, bool overwrite, Console& console,
                                  Progress& progress);

/// Writes the files of a TAR that arrives into an archive of `format`.
Result<std::uint64_t> repack_members(client::ByteInput& tar, client::ArchiveFormat format, client::ByteSink& sink,
                                     Progress& progress);

}  // namespace bryo::cli
