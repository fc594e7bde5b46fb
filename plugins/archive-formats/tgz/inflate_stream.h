#pragma once

/// The decoded bytes of a gzip file (RFC 1952), from its beginning or from a restart point, with ISA-L, which inflates
/// twice as fast as zlib but does not tell where blocks begin. The library's errors end here, as values.

#include <bryo/objects.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "restart_points.h"

struct inflate_state;

namespace bryo::tgz {

/// Several gzip members one after the other are one stream. Checksums are not compared: that was done by the pass that
/// found what is read here. Blocks; one thread.
class InflateStream {
 public:
  InflateStream(const OpenObject& archive, std::string_view label);
  ~InflateStream();
  InflateStream(const InflateStream&) = delete;
  InflateStream& operator=(const InflateStream&) = delete;

  /// Continues there.
  Status restart(const RestartPoint& point);
  /// Continues at the beginning.
  void rewind();

  /// Fills all of `out` unless the stream ends before; answers how much. Fails with InvalidArgument where the stream is
  /// damaged or cut, and as the disk does.
  Result<std::size_t> read(MutableBytes out);
  /// Decodes and drops `n` bytes; answers how many there were.
  Result<std::uint64_t> skip(std::uint64_t n);
  /// Decoded bytes so far.
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }

 private:
  enum class At : std::uint8_t { Header, Deflate, Trailer, Ended };

  void seek(std::uint64_t encoded);
  Status fill();
  /// To the deflate blocks of the next gzip member, or the end.
  Status read_header();
  /// Passes over the checksum, and zeros, which are padding.
  Status read_trailer();
  Result<std::size_t> inflate(MutableBytes out);
  /// Gives back whole bytes that the library took and does not need.
  void unread();
  [[nodiscard]] std::uint64_t encoded() const noexcept;
  [[nodiscard]] Error damaged(const std::string& what) const;

  const OpenObject& archive_;
  const std::string label_;
  const std::unique_ptr<inflate_state> state_;
  const std::unique_ptr<std::byte[]> input_;
  std::unique_ptr<std::byte[]> dropped_;
  At at_ = At::Header;
  std::uint64_t next_ = 0;  ///< where the input continues in the archive
  std::uint64_t position_ = 0;
};

}  // namespace bryo::tgz
