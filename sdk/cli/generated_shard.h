#pragma once

#include <bryo/client/archive_body.h>

#include <cstdint>
#include <string>
#include <vector>

#include "seeded_random.h"

namespace bryo::cli {

struct GeneratedShape {
  std::uint64_t samples = 5;              ///< in a shard
  std::uint64_t size = 1024;              ///< bytes of a member
  std::vector<std::string> extensions{};  ///< each sample has a member of each; with their dots
  std::uint64_t seed = 0;
};

/// The members of shard `number`: samples count through over all shards ("000000012.jpg"), the bytes come from seed,
/// sample and extension. The same again after `rewind`.
class GeneratedShard final : public client::ArchiveMembers {
 public:
  /// `shape` must outlive it.
  GeneratedShard(const GeneratedShape& shape, std::uint64_t number) : shape_(shape), first_(number * shape.samples) {}
  Result<std::optional<client::ArchiveMember>> next() override;
  Result<std::size_t> read(std::span<std::byte> out) override;
  Status rewind() override;

 private:
  const GeneratedShape& shape_;
  std::uint64_t first_;
  std::uint64_t at_ = 0;  ///< members given
  std::uint64_t left_ = 0;
  SeededRandom random_{0};
};

}  // namespace bryo::cli
