#pragma once

/// The decoded bytes of a gzip file (RFC 1952), from its beginning or from a restart point, with zlib. The library's
/// errors end here, as values.

#include <bryo/objects.h>
#include <zlib.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bryo::tgz {

/// What decoding needs to begin in the middle: where a deflate block begins, and the output before it.
struct RestartPoint {
  std::uint64_t decoded = 0;        ///< bytes of output before it
  std::uint64_t encoded = 0;        ///< the first byte of which all bits belong to what follows
  std::uint8_t bits = 0;            ///< of the byte before that, the highest ones belong to what follows too
  std::vector<std::byte> window{};  ///< the output before it, at most 32 KiB
};

/// Several gzip members one after the other are one stream; zeros behind the last one are padding. Blocks; one thread.
class InflateStream {
 public:
  InflateStream(const OpenObject& archive, std::string_view label);
  ~InflateStream();
  InflateStream(const InflateStream&) = delete;
  InflateStream& operator=(const InflateStream&) = delete;

  /// Continues there. Checksums are not known in the middle of a member, and not compared until the next one.
  Status restart(const RestartPoint& point);

  /// Continues at the beginning.
  Status rewind();

  /// Fills all of `out` unless the stream ends before; answers how much. Fails with InvalidArgument where the stream is
  /// damaged or cut, and as the disk does.
  Result<std::size_t> read(MutableBytes out);
  /// Decodes and drops `n` bytes; answers how many there were.
  Result<std::uint64_t> skip(std::uint64_t n);
  /// Decoded bytes so far.
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }

  /// From now on decoding may stop at each block behind `decoded`: `point` answers it once, when it has come to one.
  void want_point(std::uint64_t decoded) { wanted_ = decoded; }
  [[nodiscard]] std::optional<RestartPoint> point() { return std::exchange(point_, std::nullopt); }

 private:
  enum class State : std::uint8_t { Header, Member, RawMember, Ended };

  Status fill();
  /// To the next gzip member, or the end.
  Status next_member();
  [[nodiscard]] std::uint64_t encoded() const noexcept { return next_ - stream_.avail_in; }
  [[nodiscard]] Error damaged(const std::string& what) const;

  const OpenObject& archive_;
  const std::string label_;
  z_stream stream_{};
  State state_ = State::Header;
  std::vector<std::byte> input_;
  std::uint64_t next_ = 0;  ///< where input_ continues in the archive
  std::uint64_t position_ = 0;
  std::optional<std::uint64_t> wanted_;
  std::optional<RestartPoint> point_;
  std::vector<std::byte> dropped_;
};

}  // namespace bryo::tgz
