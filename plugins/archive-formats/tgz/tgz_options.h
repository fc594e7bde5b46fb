#pragma once

/// The section `[plugin.archive_tgz]`.

#include <bryo/registrar.h>

#include <cstdint>

namespace bryo::tgz {

struct TgzOptions {
  /// What deflate makes of zeros; nothing honest claims more.
  static constexpr std::int64_t kHighestRatio = 1032;

  explicit TgzOptions(Registrar& registrar)
      : level(registrar.option<std::int64_t>({.key = "level",
                                              .default_value = 1,
                                              .min = 0,
                                              .max = 9,
                                              .doc = "Effort of compression of archives that are written.",
                                              .hot = true})),
        restart_span(registrar.option<Size>(
            {.key = "restart_span",
             .default_value = 768_KiB,
             .min = 64_KiB,
             .max = 1_GiB,
             .doc =
                 "Content between two places where reading can begin: smaller reads members faster and takes more of "
                 "shard_index_disk, at most 4 % of an archive with this one.",
             .hot = true})),
        max_content(registrar.option<Size>({.key = "max_content",
                                            .default_value = 1024_GiB,
                                            .min = 1_MiB,
                                            .doc = "Inflated bytes of one archive; more is refused.",
                                            .hot = true})),
        max_ratio(registrar.option<std::int64_t>(
            {.key = "max_ratio",
             .default_value = kHighestRatio,
             .min = 1,
             .max = kHighestRatio,
             .doc = "How many times larger than itself the content of an archive may be; more is refused. The default "
                    "is all that deflate can do.",
             .hot = true})) {}

  Option<std::int64_t> level;
  Option<Size> restart_span;
  Option<Size> max_content;
  Option<std::int64_t> max_ratio;
};

}  // namespace bryo::tgz
