#pragma once

/// Members of a shard that are taken out of the pass that indexes it: what was decoded there is not decoded again.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "batch_request.h"
#include "entry_source.h"

namespace bryo::moss {

/// Filled by the batch's coroutine, then used by the thread of the pass, which may outlive the batch, then asked by the
/// coroutine again when the pass is over.
class FirstPass final : public MemberTap {
 public:
  /// Bytes: of the largest part of a member, and of all parts together. `memory` outlives this.
  FirstPass(Memory& memory, std::uint64_t largest, std::uint64_t all)
      : memory_(memory), largest_(largest), room_(all) {}

  /// In ascending order of entries.
  void add(std::size_t entry, std::string_view archpath, ByteRange range);

  bool wants(const Member& member) override;
  void content(BytesView bytes) override;

  /// The entries whose parts passed by as a whole.
  [[nodiscard]] std::vector<std::pair<std::size_t, LoadedBytes>> taken() const;

 private:
  struct Want {
    std::size_t entry;
    ByteRange range;
  };
  /// A part of one member, for all entries that ask for just this.
  struct Part {
    std::uint64_t offset;
    std::uint64_t length;
    std::shared_ptr<LoadedBytes::Kept> kept;
    std::vector<std::size_t> entries;
  };

  void want(const Want& want, std::uint64_t size);
  /// Drops what is needed later than `entry`, until `length` bytes fit.
  bool make_room(std::uint64_t length, std::size_t entry);

  Memory& memory_;
  const std::uint64_t largest_;
  std::uint64_t room_;
  std::unordered_map<std::string, std::vector<Want>> wants_;  ///< by name; those of a member go when it has come
  std::map<std::size_t, Part> parts_;                         ///< by their first entry
  std::vector<std::size_t> passing_;                          ///< the parts of the member that passes
  std::uint64_t passed_ = 0;                                  ///< bytes of it so far
};

}  // namespace bryo::moss
