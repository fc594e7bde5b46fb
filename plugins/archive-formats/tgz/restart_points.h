#pragma once

/// Where reading a gzip file can begin again, as it is kept in the index: 24 bytes for a place, and the window before
/// it, deflated. Windows are some 3 % of a shard of ordinary content.

#include <bryo/member_index.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

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
  Status finish(std::optional<std::uint64_t> wrong_from);

  /// One point in the index.
  struct Record {
    std::uint64_t decoded;
    std::uint64_t encoded;  ///< 48 bits, and above them `bits`
    std::uint64_t window;   ///< where it lies in the format data, plus 1; 0: none
  };

 private:
  class Packer;

  MemberSink& members_;
  const std::uint64_t span_;
  std::uint64_t written_ = 0;  ///< bytes of windows
  std::vector<Record> records_;
  const std::unique_ptr<Packer> packer_;
};

/// What an index has. Offsets in it are checked, its order is believed.
class RestartPoints {
 public:
  explicit RestartPoints(BytesView format_data);
  ~RestartPoints();

  /// A point without its window.
  struct Found {
    std::uint64_t decoded;
    std::size_t number;
  };
  /// The last one at or before `decoded`; nullopt: only the beginning of the archive is.
  [[nodiscard]] std::optional<Found> find(std::uint64_t decoded) const;
  /// A point that `find` answered. Fails with InvalidArgument when it is damaged.
  Result<RestartPoint> load(const Found& found);
  /// Content that failed its checksum begins here.
  [[nodiscard]] std::optional<std::uint64_t> wrong_from() const noexcept { return wrong_from_; }

 private:
  [[nodiscard]] RestartPointWriter::Record record(std::size_t i) const;
  [[nodiscard]] bool unpack(BytesView packed, MutableBytes window);

  struct Free {
    void operator()(libdeflate_decompressor* inner) const noexcept;
  };

  const BytesView data_;
  std::size_t count_ = 0;
  std::size_t windows_ = 0;  ///< bytes of windows: the records follow them
  std::optional<std::uint64_t> wrong_from_;
  std::unique_ptr<libdeflate_decompressor, Free> unpacker_;
};

}  // namespace bryo::tgz
