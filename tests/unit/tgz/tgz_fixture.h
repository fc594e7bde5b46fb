#pragma once

/// Archives of a test.

#include <tests/unit/archive_contents.h>

#include <string>

#include "tgz_reader.h"
#include "tgz_writer.h"

namespace bryo::tgz {

using archive_contents::Contents;
using archive_contents::mixed;
using archive_contents::noise;

/// As the tool gzip does it, with the effort given.
inline std::string gzipped(const std::string& plain, int level = 6, int strategy = Z_DEFAULT_STRATEGY) {
  return archive_contents::deflated(plain, archive_contents::Wrapping::Gzip, level, strategy);
}

inline std::string plain_tar(const Contents& members) {
  return archive_contents::archive_of(tar::TarWriter(), members);
}
inline std::string written(const Contents& members, int level = 1) {
  return archive_contents::archive_of(TgzWriter(level, std::make_shared<DeflatePool>()), members);
}

}  // namespace bryo::tgz
