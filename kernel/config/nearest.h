#pragma once

/// "did you mean": the known name that a misspelt one is closest to. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel {

/// The candidate with the fewest insertions, deletions, changes and swaps of neighbours, upper case counting as lower,
/// if those are at most a third of the name's length; the first of equals.
[[nodiscard]] std::optional<std::string> nearest_name(std::string_view name,
                                                      const std::vector<std::string>& candidates);

/// `; did you mean 'x'?` with `open` and `close` around the name, or "" when nothing is near.
[[nodiscard]] std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates,
                                       std::string_view open = "'", std::string_view close = "'");

}  // namespace bryo::kernel
