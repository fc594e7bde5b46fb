#pragma once

#include <cstddef>
#include <string_view>

namespace bryo::cli {

/// Levenshtein's: insertions, deletions and replacements of a byte that make `b` of `a`. Pure; |a| x |b| steps.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace bryo::cli
