#pragma once

/// Contents of planned shards.

#include <bryo/client/archive_body.h>
#include <bryo/client/client.h>

#include <optional>
#include <string>
#include <vector>

#include "shard_plan.h"

namespace bryo::cli {

/// The files of a shard, one after the other over its samples.
std::vector<const SampleFile*> files_of(const PlannedShard& shard);

/// Read from a bucket by get-batch: a request per 10,000 objects, each answered as one stream.
class BatchMembers final : public client::ArchiveMembers {
 public:
  BatchMembers(client::Client client, BucketName bucket, const PlannedShard& shard)
      : client_(std::move(client)), bucket_(std::move(bucket)), files_(files_of(shard)) {}
  /// Fails naming the object if it has not the size that the listing said.
  Result<std::optional<client::ArchiveMember>> next() override;
  Result<std::size_t> read(std::span<std::byte> out) override;
  Status rewind() override;

 private:
  Result<std::optional<client::BatchItem>> next_item();

  client::Client client_;
  BucketName bucket_;
  std::vector<const SampleFile*> files_;
  std::size_t at_ = 0;     ///< files given
  std::size_t asked_ = 0;  ///< files requested
  std::optional<client::BatchReader> batch_;
};

}  // namespace bryo::cli
