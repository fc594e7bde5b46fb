#pragma once

/// What the query of an object read asks for (http-objects.md section 3). Pure.

#include <bryo/http.h>
#include <kernel/object/member_match.h>

#include <optional>
#include <string>
#include <string_view>

namespace bryo::kernel {

struct ReadOptions {
  std::string archpath{};              ///< one archived file; empty: the object itself, or
  std::optional<MemberMatch> match{};  ///< all archived files that match
  std::string archmime{};              ///< the format of an archive whose name does not tell it

  [[nodiscard]] bool archived() const { return match || !archpath.empty(); }
};

/// Fails with 400 for a matching mode or expression that is none, or a mode that clashes with `archpath`; with 501 for
/// inline transformations, which this node does not do.
Result<ReadOptions> parse_read_options(const Query& query, std::string_view object);

/// `archpath` as it is meant: relative to the object if it begins with the object's own name, without leading slashes.
/// Not empty unless it was: nothing but slashes stay.
[[nodiscard]] std::string member_path(std::string_view archpath, std::string_view object);

}  // namespace bryo::kernel
