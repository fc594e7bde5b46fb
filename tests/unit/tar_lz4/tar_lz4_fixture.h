#pragma once

/// Archives of a test, and what liblz4 makes of bytes.

#include <bryo/testing.h>
#include <gtest/gtest.h>
#include <lz4frame.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tar_lz4_reader.h"
#include "tar_lz4_writer.h"

namespace bryo::tar_lz4 {

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

/// Half of it compresses, half does not; some of it comes again from far before.
inline std::string mixed(std::size_t size, unsigned seed) {
  std::minstd_rand random(seed);
  std::string out;
  while (out.size() < size) {
    for (int i = 0; i < 500; ++i) out.push_back(static_cast<char>(random() >> 8));
    out.append(random() % 1000, static_cast<char>('a' + random() % 26));
    if (out.size() > 60'000) out.append(out, out.size() - 60'000 + random() % 1000, random() % 3000);
    if (random() % 100 == 0) {
      for (int i = 0; i < 100'000; ++i) out.push_back(static_cast<char>(random() >> 8));
    }
  }
  out.resize(size);
  return out;
}

using Contents = std::vector<std::pair<std::string, std::string>>;

template <class Writer>
std::string archive_of(Writer&& writer, const Contents& members) {
  ArchiveBuffer out;
  std::string bytes;
  const auto flush = [&] {
    bytes.append(as_text(out.view()));
    out.clear();
  };
  for (const auto& [name, content] : members) {
    EXPECT_TRUE(writer.begin(name, content.size(), out));
    flush();
    if (writer.payload() == PayloadMode::Verbatim) bytes.append(content);
    if (writer.payload() != PayloadMode::Verbatim) {
      EXPECT_TRUE(writer.content(as_bytes(content), out));
    }
    EXPECT_TRUE(writer.end(out));
    flush();
  }
  EXPECT_TRUE(writer.finish(out));
  flush();
  return bytes;
}

inline std::string written(const Contents& members, int level = 1) { return archive_of(TarLz4Writer(level), members); }
inline std::string tar_of(const Contents& members) { return archive_of(tar::TarWriter(), members); }

}  // namespace bryo::tar_lz4
