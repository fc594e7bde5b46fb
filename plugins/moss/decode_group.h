#pragma once

/// Members of one shard that are decoded together: in archive order, so that what lies between them is decoded once,
/// and a part that several entries or several batches ask for once.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "decoded_parts.h"
#include "entry_source.h"

namespace bryo::moss {

/// Filled by the batch's coroutine, then run once on the pool for blocking work.
class DecodeGroup {
 public:
  /// `shared` outlives this.
  DecodeGroup(Shard shard, std::string label, DecodedParts& shared)
      : shard_(std::move(shard)), label_(std::move(label)), shared_(shared) {}

  /// Takes the memory of the part, unless it is at hand or another entry asked for the same. Fails as Memory::reserve
  /// does.
  Status add(std::size_t entry, const EncodedSlice& slice, Memory& memory);
  /// Of distinct parts.
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t parts() const noexcept { return parts_.size(); }

  /// Decodes everything; blocks. What came before a failure is good.
  Status run();
  /// The entries whose parts are there as a whole.
  [[nodiscard]] std::vector<std::pair<std::size_t, LoadedBytes>> decoded() const;

 private:
  struct Part {
    MemberPart part;
    std::shared_ptr<LoadedBytes::Kept> room;  ///< where it is decoded
    DecodedParts::Bytes bytes;                ///< when it is there
    std::vector<std::size_t> entries;
    std::shared_ptr<DecodedParts::Running> other;  ///< another batch decodes it
  };
  [[nodiscard]] DecodedParts::Key key_of(const Part& part) const;
  /// Decodes the parts whose numbers these are; what is whole is published.
  Status extract(const std::vector<std::size_t>& wanted);

  const Shard shard_;
  const std::string label_;
  DecodedParts& shared_;
  std::vector<Part> parts_;
  std::map<DecodedParts::Key, std::size_t> known_;  ///< index of the part
  std::uint64_t bytes_ = 0;
};

}  // namespace bryo::moss
