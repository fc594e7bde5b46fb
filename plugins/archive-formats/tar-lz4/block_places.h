#pragma once

/// Which blocks are places to begin, as they are kept in the index. What a linked block refers to may itself be a copy
/// of what lies before its own window, and so on: to begin some blocks earlier is not enough, so windows are kept,
/// packed, at a span of their own.

#include <cstdint>
#include <optional>
#include <vector>

#include "../tar/decode_places.h"
#include "frame_stream.h"

namespace bryo::tar_lz4 {

/// Collects places in one pass; which blocks it takes is its own decision.
class BlockPlaceWriter {
 public:
  /// `linked_span`: content between two places in frames of linked blocks.
  BlockPlaceWriter(MemberSink& members, std::uint64_t linked_span);

  /// Every block of the archive, in order.
  Status offer(const BlockPlace& place, BytesView window);
  /// After the pass, whole or not. `wrong_from`: the content from there on failed its frame's checksum.
  Status finish(std::optional<std::uint64_t> wrong_from, std::uint64_t entries_end);

 private:
  Status add(const tar::DecodePlace& place, BytesView window);

  tar::DecodePlaceWriter places_;
  std::uint64_t linked_span_;
  std::uint64_t span_;
  std::uint64_t next_ = 0;         ///< content before it has a place near enough
  std::uint64_t next_linked_ = 0;  ///< the same, for places that need a window
};

/// The block that begins at a place in the index.
BlockPlace block_at(const tar::DecodePlace& place);
/// The output before it. Fails with InvalidArgument when it is damaged.
Result<std::vector<std::byte>> window_before(const tar::DecodePlace& place, const tar::DecodePlaces& places);

}  // namespace bryo::tar_lz4
