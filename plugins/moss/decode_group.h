#pragma once

/// Members of one shard that are decoded together: in archive order, so that what lies between them is decoded once,
/// and a part that several entries ask for once.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "entry_source.h"

namespace bryo::moss {

/// Filled by the batch's coroutine, then run once on the pool for blocking work.
class DecodeGroup {
 public:
  DecodeGroup(Shard shard, std::string label) : shard_(std::move(shard)), label_(std::move(label)) {}

  /// Takes the memory of the part, unless another entry asked for the same. Fails as Memory::reserve does.
  Status add(std::size_t entry, const EncodedSlice& slice, Memory& memory);
  /// Of distinct parts.
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t parts() const noexcept { return parts_.size(); }

  /// Decodes everything; blocks. What came before a failure is good.
  Status run();
  /// The entries whose parts were decoded as a whole.
  [[nodiscard]] std::vector<std::pair<std::size_t, LoadedBytes>> decoded() const;

 private:
  struct Part {
    MemberPart part;
    std::shared_ptr<LoadedBytes::Kept> kept;
    std::vector<std::size_t> entries;
  };
  const Shard shard_;
  const std::string label_;
  std::vector<Part> parts_;
  /// Ordinal, offset and length: index of the part.
  std::map<std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>, std::size_t> known_;
  std::uint64_t bytes_ = 0;
};

}  // namespace bryo::moss
