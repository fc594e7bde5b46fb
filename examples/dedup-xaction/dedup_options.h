#pragma once

#include <bryo/registrar.h>

#include <cstdint>
#include <string>

namespace dedup {

/// The section `[plugin.dedup]`. Declared once; the server validates, documents and reloads it.
struct DedupOptions {
  explicit DedupOptions(bryo::Registrar& registrar)
      : min_size(registrar.option<bryo::Size>(
            {.key = "min_size", .default_value = {1}, .doc = "Smaller objects are not compared.", .hot = true})),
        page(registrar.option<std::int64_t>(
            {.key = "page",
             .default_value = 1'000,
             .min = 1,
             .max = 100'000,
             .doc = "Names that the job reads at once; it can be aborted between two pages.",
             .hot = true})),
        result_prefix(
            registrar.option<std::string>({.key = "result_prefix",
                                           .default_value = ".dedup/",
                                           .doc = "Results are written to names that begin so, and such names "
                                                  "are not compared.",
                                           .hot = true})) {}

  bryo::Option<bryo::Size> min_size;
  bryo::Option<std::int64_t> page;
  bryo::Option<std::string> result_prefix;
};

}  // namespace dedup
