#pragma once

/// Members that lie on top of one another: a few bytes that are decoded as many members (bombs), or a forged directory.

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "zip_directory.h"

namespace bryo::zip {

/// The least that a member takes of the archive: its local header without extra fields, and its content.
struct Extent {
  std::uint64_t begin;
  std::uint64_t end;
};
[[nodiscard]] Extent extent_of(const Entry& entry);

/// Where the members begin that share bytes with others, ascending. Only those that `counts` answers true for are
/// looked at, and only up to a damage. Directories that are in the order of the archive take no memory, others 16 bytes
/// for each entry: with more than 4,194,304 they are refused with TooLarge. Fails as the disk does. Leaves the walk
/// anywhere.
Result<std::vector<std::uint64_t>> overlapping(DirectoryWalk& walk, std::string_view label,
                                               const std::function<bool(const Entry&)>& counts);

}  // namespace bryo::zip
