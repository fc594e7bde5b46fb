#pragma once

#include <bryo/registrar.h>

#include <cstdint>

namespace tar_zst {

/// The section `[plugin.archive_tar_zst]`.
struct TarZstOptions {
  explicit TarZstOptions(bryo::Registrar& registrar)
      : level(registrar.option<std::int64_t>({.key = "level",
                                              .default_value = 3,
                                              .min = 1,
                                              .max = 19,
                                              .doc = "Effort of zstd for archives that are written.",
                                              .hot = true})),
        frame_size(registrar.option<bryo::Size>(
            {.key = "frame_size",
             .default_value = bryo::Size{1 << 20},
             .min = bryo::Size{64 << 10},
             .max = bryo::Size{1 << 30},
             .doc = "Content of one zstd frame of archives that are written; readers can begin at each frame.",
             .hot = true})),
        window_log(registrar.option<std::int64_t>(
            {.key = "window_log",
             .default_value = 27,
             .min = 10,
             .max = 31,
             .doc = "Power of two of the memory that decoding may take; archives that need more are refused.",
             .hot = true})),
        max_content(registrar.option<bryo::Size>({.key = "max_content",
                                                  .default_value = bryo::Size{std::uint64_t{1} << 40},
                                                  .min = bryo::Size{1 << 20},
                                                  .doc = "Decoded bytes of one archive; more is refused.",
                                                  .hot = true})) {}

  bryo::Option<std::int64_t> level;
  bryo::Option<bryo::Size> frame_size;
  bryo::Option<std::int64_t> window_log;
  bryo::Option<bryo::Size> max_content;
};

}  // namespace tar_zst
