#pragma once

/// The section `[plugin.archive_zip]`.

#include <bryo/registrar.h>

#include <cstdint>

namespace bryo::zip {

struct ZipOptions {
  /// What deflate makes of zeros; nothing honest claims more.
  static constexpr std::int64_t kHighestRatio = 1032;

  explicit ZipOptions(Registrar& registrar)
      : max_ratio(registrar.option<std::int64_t>(
            {.key = "max_ratio",
             .default_value = kHighestRatio,
             .min = 1,
             .max = kHighestRatio,
             .doc = "How many times larger than its deflated bytes a member may be; others are refused. The default "
                    "is all that deflate can do.",
             .hot = true})),
        max_member(registrar.option<Size>({.key = "max_member",
                                           .default_value = 64_GiB,
                                           .min = 1_KiB,
                                           .doc = "Inflated bytes of one member; larger ones are refused.",
                                           .hot = true})) {}

  Option<std::int64_t> max_ratio;
  Option<Size> max_member;
};

}  // namespace bryo::zip
