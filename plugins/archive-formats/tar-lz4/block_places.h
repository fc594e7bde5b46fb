#pragma once

/// Where reading can begin again, as it is kept in the index: 24 bytes for a block, and for linked blocks the window
/// before them. What a linked block refers to may itself be a copy of what lies before its own window, and so on: to
/// begin some blocks earlier is not enough, so windows are kept, packed, at a span of their own.

#include <bryo/member_index.h>

#include <cstdint>
#include <optional>
#include <vector>

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
  Status finish(std::optional<std::uint64_t> wrong_from);

  /// One place in the index.
  struct Record {
    std::uint64_t decoded;
    std::uint64_t encoded;  ///< 48 bits, and above them the two bytes of the frame's descriptor
    std::uint64_t window;   ///< where it lies in the format data, plus 1; 0: none
  };

 private:
  Result<std::uint64_t> add_window(BytesView window);
  void thin_out();

  MemberSink& members_;
  std::uint64_t linked_span_;
  std::uint64_t span_;
  std::uint64_t next_ = 0;         ///< content before it has a place near enough
  std::uint64_t next_linked_ = 0;  ///< the same, for places that need a window
  std::uint64_t written_ = 0;      ///< bytes of windows
  std::vector<Record> records_;
};

/// What an index has. Offsets in it are checked, its order is believed.
class BlockPlaces {
 public:
  explicit BlockPlaces(BytesView format_data);

  /// The last place at or before `decoded`; nullopt: only the beginning of the archive is.
  struct Found {
    BlockPlace place;
    std::uint64_t window;
  };
  [[nodiscard]] std::optional<Found> find(std::uint64_t decoded) const;
  /// The output before a place that `find` answered. Fails with InvalidArgument when it is damaged.
  [[nodiscard]] Result<std::vector<std::byte>> window(const Found& found) const;
  /// Content that failed its checksum begins here.
  [[nodiscard]] std::optional<std::uint64_t> wrong_from() const noexcept { return wrong_from_; }

 private:
  [[nodiscard]] BlockPlaceWriter::Record record(std::size_t i) const;

  const BytesView data_;
  std::size_t count_ = 0;
  std::size_t windows_ = 0;  ///< bytes of windows: the records follow them
  std::optional<std::uint64_t> wrong_from_;
};

}  // namespace bryo::tar_lz4
