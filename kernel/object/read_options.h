#pragma once

/// What the query of an object read asks for (http-objects.md section 3). Pure.

#include <bryo/http.h>

#include <string>
#include <string_view>

namespace bryo::kernel {

struct ReadOptions {
  std::string archpath;  ///< one archived file; empty: the object itself
};

/// Fails with 400 for a matching mode that does not exist or clashes with `archpath`, 501 for what this node does not
/// do: reading many archived files at once, inline transformations.
Result<ReadOptions> parse_read_options(const Query& query, std::string_view object);

}  // namespace bryo::kernel
