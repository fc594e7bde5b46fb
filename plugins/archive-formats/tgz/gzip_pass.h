#pragma once

/// One pass over a gzip file (RFC 1952) from its beginning, with zlib, which tells where deflate blocks begin.
/// Checksums are compared, with libdeflate's arithmetic. The libraries' errors end here, as values.

#include <bryo/objects.h>
#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "restart_points.h"

namespace bryo::tgz {

/// Several gzip members one after the other are one stream; zeros behind the last one are padding. Blocks; one thread.
class GzipPass {
 public:
  /// A block begins there. Answers the content before which none is to be told; at first that is none.
  using BlockVisitor = std::function<Result<std::uint64_t>(const RestartPoint&)>;

  GzipPass(const OpenObject& archive, std::string_view label, std::uint64_t first_point, BlockVisitor visitor);
  ~GzipPass();
  GzipPass(const GzipPass&) = delete;
  GzipPass& operator=(const GzipPass&) = delete;

  /// Fills `out` until the stream ends or fails; answers how much. What comes before a failure is answered first; the
  /// next call fails: with InvalidArgument where the stream is damaged or cut, as the disk does, as the visitor does.
  /// Large pieces are fast.
  Result<std::size_t> read(MutableBytes out);
  /// Decoded bytes so far.
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
  /// Bytes of the archive that it took.
  [[nodiscard]] std::uint64_t encoded() const noexcept { return next_ - stream_.avail_in; }

  /// The stream has failed because the content of a gzip member is not what its checksum or its size says: it began
  /// there.
  [[nodiscard]] std::optional<std::uint64_t> wrong_from() const noexcept { return wrong_from_; }

 private:
  /// Some of `out`.
  Status inflate(MutableBytes out);
  Status fill();
  void begin_member();
  Status visit_block();
  /// Compares the checksum, and goes on to the next gzip member or the end.
  Status end_member();
  [[nodiscard]] Error damaged(const std::string& what) const;

  const OpenObject& archive_;
  const std::string label_;
  const BlockVisitor visitor_;
  z_stream stream_{};
  const std::unique_ptr<std::byte[]> input_;
  std::uint64_t next_ = 0;  ///< where the input continues in the archive
  std::uint64_t position_ = 0;
  std::uint64_t wanted_;  ///< blocks before it are not told
  bool ended_ = false;
  Status failed_;
  // Of the gzip member.
  std::uint64_t member_start_ = 0;
  std::uint32_t crc_ = 0;
  std::optional<std::uint64_t> wrong_from_;
};

}  // namespace bryo::tgz
