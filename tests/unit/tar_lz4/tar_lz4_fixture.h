#pragma once

/// Archives of a test, and what liblz4 makes of bytes.

#include <lz4frame.h>
#include <tests/unit/archive_contents.h>

#include <string>
#include <vector>

#include "tar_lz4_reader.h"
#include "tar_lz4_writer.h"

namespace bryo::tar_lz4 {

using archive_contents::Contents;
using archive_contents::mixed;

/// How a frame is made.
struct Kind {
  LZ4F_blockSizeID_t block = LZ4F_max64KB;
  bool linked = false;
  bool block_checksums = false;
  bool content_checksum = false;
  bool content_size = false;
  int level = 0;
};

inline std::string framed(const std::string& plain, const Kind& kind = {}) {
  LZ4F_preferences_t preferences = LZ4F_INIT_PREFERENCES;
  preferences.frameInfo.blockSizeID = kind.block;
  preferences.frameInfo.blockMode = kind.linked ? LZ4F_blockLinked : LZ4F_blockIndependent;
  preferences.frameInfo.blockChecksumFlag = kind.block_checksums ? LZ4F_blockChecksumEnabled : LZ4F_noBlockChecksum;
  preferences.frameInfo.contentChecksumFlag =
      kind.content_checksum ? LZ4F_contentChecksumEnabled : LZ4F_noContentChecksum;
  preferences.frameInfo.contentSize = kind.content_size ? plain.size() : 0;
  preferences.compressionLevel = kind.level;
  LZ4F_cctx* context = nullptr;
  EXPECT_FALSE(LZ4F_isError(::LZ4F_createCompressionContext(&context, LZ4F_VERSION)));
  std::string out(LZ4F_HEADER_SIZE_MAX + ::LZ4F_compressBound(plain.size(), &preferences), '\0');
  std::size_t size = ::LZ4F_compressBegin(context, out.data(), out.size(), &preferences);
  EXPECT_FALSE(LZ4F_isError(size));
  for (std::size_t at = 0; at < plain.size();) {
    const std::size_t piece = std::min<std::size_t>(plain.size() - at, 50'000);
    const std::size_t made =
        ::LZ4F_compressUpdate(context, out.data() + size, out.size() - size, plain.data() + at, piece, nullptr);
    EXPECT_FALSE(LZ4F_isError(made)) << LZ4F_getErrorName(made);
    size += made;
    at += piece;
  }
  size += ::LZ4F_compressEnd(context, out.data() + size, out.size() - size, nullptr);
  ::LZ4F_freeCompressionContext(context);
  out.resize(size);
  return out;
}

/// Every way in which the library makes frames.
inline std::vector<Kind> all_kinds() {
  std::vector<Kind> kinds;
  for (const auto block : {LZ4F_max64KB, LZ4F_max256KB, LZ4F_max1MB, LZ4F_max4MB}) {
    for (unsigned flags = 0; flags < 16; ++flags) {
      kinds.push_back({.block = block,
                       .linked = (flags & 1) != 0,
                       .block_checksums = (flags & 2) != 0,
                       .content_checksum = (flags & 4) != 0,
                       .content_size = (flags & 8) != 0});
    }
  }
  kinds.push_back({.block = LZ4F_max256KB, .linked = true, .level = 9});
  return kinds;
}

inline std::string name_of(const Kind& kind) {
  return "block size " + std::to_string(kind.block) + (kind.linked ? " linked" : "") +
         (kind.block_checksums ? " block-checksums" : "") + (kind.content_checksum ? " checksum" : "") +
         (kind.content_size ? " size" : "");
}

inline std::string written(const Contents& members, int level = 1) {
  return archive_contents::archive_of(TarLz4Writer(level), members);
}
inline std::string tar_of(const Contents& members) { return archive_contents::archive_of(tar::TarWriter(), members); }

}  // namespace bryo::tar_lz4
