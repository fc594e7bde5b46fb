#pragma once

#include <bryo/client/client.h>

#include <chrono>
#include <cstdint>
#include <vector>

#include "sample_source.h"
#include "shard_plan.h"

namespace bryo::cli {

class Session;

/// What is at the destination under the names of a plan.
struct ShardsThere {
  std::vector<const PlannedShard*> missing;  ///< to be written
  std::vector<const PlannedShard*> other;    ///< objects with another content, or written by something else
  std::uint64_t same = 0;                    ///< written by an earlier run from the same files: nothing to do
};

/// Asks for every shard, in parallel. A shard is the same if it carries the plan's digest as custom metadata.
Result<ShardsThere> find_shards(const client::Client& client, const BucketName& bucket, const ShardPlan& plan,
                                int workers, Session& session);

struct WrittenShards {
  std::uint64_t shards = 0;
  std::uint64_t samples = 0;
  std::uint64_t bytes = 0;  ///< of the contents
  std::uint64_t failed = 0;
  std::chrono::nanoseconds time{};
};

/// Writes `shards`, several at once, with progress. One that fails is told and passed over; where going on is without
/// hope (no node, no space), the rest counts as failed. Each appears whole or not at all.
Result<WrittenShards> write_shards(const client::Client& client, const BucketName& bucket, const SampleSource& source,
                                   const std::vector<const PlannedShard*>& shards, int workers, Session& session);

}  // namespace bryo::cli
