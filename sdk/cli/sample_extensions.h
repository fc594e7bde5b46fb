#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "command.h"
#include "sample.h"

namespace bryo::cli {

class Console;

/// What becomes of a sample that has not exactly the wanted extensions.
enum class MissingAction : std::uint8_t { Abort, Warn, Ignore, Exclude };

/// "abort", "warn", "ignore", "exclude". Fails with a usage error naming `option`.
Result<MissingAction> parse_missing_action(std::string_view option, std::string_view text);

/// Compares the files of each sample with `wanted` (extensions with their dots). Abort: fails at the first sample that
/// lacks one or has another. Warn: says so for the first twenty. Exclude: samples that lack one are taken out, and
/// files with other extensions too. Returns how many samples were not as wanted.
Result<std::uint64_t> check_extensions(std::vector<Sample>& samples, const std::vector<std::string>& wanted,
                                       MissingAction action, Console& console);

}  // namespace bryo::cli
