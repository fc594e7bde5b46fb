#pragma once

/// Where reading a gzip file can begin again, as it is kept in the index: windows are deflated, and are some 3 % of a
/// shard of ordinary content.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "../tar/decode_places.h"

struct libdeflate_decompressor;

namespace bryo::tgz {

/// What a deflate block may refer to.
inline constexpr std::size_t kWindow = 32 << 10;

/// What decoding needs to begin in the middle: where a deflate block begins, and the output before it.
struct RestartPoint {
  std::uint64_t decoded = 0;        ///< bytes of output before it
  std::uint64_t encoded = 0;        ///< the first byte of which all bits belong to what follows; below 2^48
  std::uint8_t bits = 0;            ///< of the byte before that, the highest ones belong to what follows too
  std::vector<std::byte> window{};  ///< the output before it in its gzip member, at most kWindow
};

/// Collects points in one pass; which blocks it takes is its own decision.
class RestartPointWriter {
 public:
  /// `span`: content between two points.
  RestartPointWriter(MemberSink& members, std::uint64_t span);
  ~RestartPointWriter();

  /// A block begins there, not before the content that the last call answered. Answers the content before which no
  /// point is wanted.
  Result<std::uint64_t> offer(const RestartPoint& point);
  /// After the pass, whole or not. `wrong_from`: the content from there on failed its gzip member's checksum.
  Status finish(std::optional<std::uint64_t> wrong_from, std::uint64_t entries_end);

 private:
  class Packer;

  tar::DecodePlaceWriter places_;
  const std::uint64_t span_;
  const std::unique_ptr<Packer> packer_;
};

/// What an index has. One thread.
class RestartPoints {
 public:
  /// Of the archive `label`. Both live as long as this.
  RestartPoints(BytesView format_data, std::string_view label);
  ~RestartPoints();

  /// The last one at or before `decoded`, without its window; nullopt: only the beginning of the archive is.
  [[nodiscard]] std::optional<tar::DecodePlace> find(std::uint64_t decoded) const { return places_.find(decoded); }
  /// The point at a place that `find` answered. Fails with InvalidArgument when it is damaged.
  Result<RestartPoint> load(const tar::DecodePlace& place);
  /// As tar::DecodePlaces.
  [[nodiscard]] std::uint64_t entries_end() const noexcept { return places_.entries_end(); }
  /// Content that failed its checksum begins here.
  [[nodiscard]] std::optional<std::uint64_t> wrong_from() const noexcept { return places_.wrong_from(); }

 private:
  struct Free {
    void operator()(libdeflate_decompressor* inner) const noexcept;
  };

  const tar::DecodePlaces places_;
  std::unique_ptr<libdeflate_decompressor, Free> unpacker_;
};

}  // namespace bryo::tgz
