#pragma once

/// The section `[plugin.archive_tar_lz4]`.

#include <bryo/registrar.h>

#include <cstdint>

namespace bryo::tar_lz4 {

struct TarLz4Options {
  /// What LZ4 makes of zeros; nothing honest claims more.
  static constexpr std::int64_t kHighestRatio = 255;

  explicit TarLz4Options(Registrar& registrar)
      : level(registrar.option<std::int64_t>(
            {.key = "level",
             .default_value = 1,
             .min = 1,
             .max = 12,
             .doc = "Effort of compression of archives that are written; from 3 on much slower to write.",
             .hot = true})),
        linked_span(registrar.option<Size>(
            {.key = "linked_span",
             .default_value = 2_MiB,
             .min = 64_KiB,
             .max = 1_GiB,
             .doc = "Content between two places where reading can begin in archives of linked blocks (lz4 -BD): "
                    "smaller reads members faster and takes more of shard_index_disk, about 3 % of an archive at "
                    "2MiB. Independent blocks, the default of lz4, can be read one by one.",
             .hot = true})),
        max_content(registrar.option<Size>({.key = "max_content",
                                            .default_value = 1024_GiB,
                                            .min = 1_MiB,
                                            .doc = "Decoded bytes of one archive; more is refused.",
                                            .hot = true})),
        max_ratio(registrar.option<std::int64_t>(
            {.key = "max_ratio",
             .default_value = kHighestRatio,
             .min = 1,
             .max = kHighestRatio,
             .doc = "How many times larger than itself the content of an archive may be; more is refused. The default "
                    "is all that LZ4 can do.",
             .hot = true})) {}

  Option<std::int64_t> level;
  Option<Size> linked_span;
  Option<Size> max_content;
  Option<std::int64_t> max_ratio;
};

}  // namespace bryo::tar_lz4
