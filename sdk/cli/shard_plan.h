#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "external_key_map.h"
#include "sample.h"
#include "shard_names.h"

namespace bryo::cli {

/// When a shard is full. 0 = no limit.
struct ShardLimits {
  std::uint64_t bytes = 0;  ///< of its files as they stand in a TAR: each with a header and rounded up to 512
  std::uint64_t samples = 0;
};

struct PlannedShard {
  std::string name;
  client::ArchiveFormat format = client::ArchiveFormat::Tar;
  std::vector<const Sample*> samples;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;  ///< of the contents
};

struct ShardPlan {
  std::vector<PlannedShard> shards;
  std::vector<const Sample*> unmapped{};  ///< the external key map says nothing of them
};

/// What decides where a sample goes, besides the limits.
struct PlanRules {
  ShardLimits limits;
  bool by_folder = false;           ///< samples of different folders never share a shard
  const ExternalKeyMap* map = {};   ///< null: all into the shards of one template
  std::vector<ShardNames> names{};  ///< one per template of the map, else one
};

/// Deals the samples out in their order. A sample is never parted; one that is larger than a shard may be gets a shard
/// of its own. Pure; `samples` must outlive the plan. Fails if the names do not suffice, or a key is mapped twice.
Result<ShardPlan> plan_shards(const std::vector<Sample>& samples, PlanRules rules);

/// Names the content of a shard: format, and name, size and stamp of each file, in order. 16 hexadecimal digits.
std::string digest_of(const PlannedShard& shard);

}  // namespace bryo::cli
