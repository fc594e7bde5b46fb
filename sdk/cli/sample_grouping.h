#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "sample.h"
#include "sample_key.h"

namespace bryo::cli {

/// How samples follow each other, over all shards.
enum class SampleOrder : std::uint8_t { Name, NameDescending, Shuffle };

/// "name", "name-desc", "shuffle"; also the reference's "alpha", "alphanumeric", and these with ":inc", ":dec". Fails
/// with a usage error.
Result<SampleOrder> parse_sample_order(std::string_view text);

/// All files that `next` gives, grouped by `key`; the files of a sample stand in order of their names, the samples in
/// order of their keys, so that the order in which files come does not matter.
Result<std::vector<Sample>> group_samples(const std::function<Result<std::optional<SampleFile>>()>& next,
                                          const SampleKey& key);

/// From the order of keys to `order`. The same seed shuffles the same samples alike on every machine. Pure.
void order_samples(std::vector<Sample>& samples, SampleOrder order, std::uint64_t seed);

}  // namespace bryo::cli
