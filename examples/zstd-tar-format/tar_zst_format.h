#pragma once

/// The format as the plugin registers it, and as its tests use it.

#include <bryo/archive.h>

#include <memory>

#include "tar_zst_reader.h"
#include "tar_zst_writer.h"

namespace tar_zst {

inline bryo::ArchiveFormat make_format(const TarZstOptions& options) {
  return {.spec = {.name = ".tar.zst",
                   .extensions = {".tar.zst", ".tzst"},
                   .mime_names = {"application/x-tar+zstd"},
                   .content_type = "application/zstd",
                   .magic = {{.offset = 0, .bytes = "\x28\xB5\x2F\xFD"}}},
          .reader = std::make_shared<const TarZstReader>(options),
          .make_writer = [options] {
            return std::make_unique<TarZstWriter>(static_cast<int>(*options.level), options.frame_size.get().bytes);
          }};
}

}  // namespace tar_zst
