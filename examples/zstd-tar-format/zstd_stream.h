#pragma once

/// zstd (RFC 8878) as the two streams that the format needs. The library's errors end here, as values.

#include <bryo/archive_buffer.h>
#include <bryo/objects.h>
#include <zstd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tar_zst {

/// The decoded bytes of an object, front to back. Blocks; one thread. Memory: the window of the frame, at most
/// `1 << window_log` bytes, because a frame may ask for any.
class Decoder {
 public:
  Decoder(const bryo::OpenObject& object, std::string_view label, int window_log);

  /// Continues at a place that `frame_start` answered.
  void seek(std::uint64_t encoded, std::uint64_t decoded);

  /// Fills all of `out` unless the stream ends before; answers how much. Fails with InvalidArgument where the stream is
  /// damaged or cut, and as the disk does.
  bryo::Result<std::size_t> read(bryo::MutableBytes out);
  /// Decodes and drops `n` bytes; answers how many there were.
  bryo::Result<std::uint64_t> skip(std::uint64_t n);

  /// Decoded bytes so far.
  [[nodiscard]] std::uint64_t position() const { return position_; }
  /// A frame that begins at or before the next byte, the last one seen.
  struct FrameStart {
    std::uint64_t encoded = 0;
    std::uint64_t decoded = 0;
  };
  [[nodiscard]] FrameStart frame_start() const { return frame_; }

 private:
  [[nodiscard]] bryo::Status fill();
  [[nodiscard]] bryo::Error damaged(const std::string& what) const;

  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  const bryo::OpenObject& object_;
  const std::string label_;
  const std::unique_ptr<ZSTD_DCtx, Free> context_;
  std::vector<std::byte> input_;
  std::size_t used_ = 0;    ///< of input_
  std::uint64_t next_ = 0;  ///< where input_ continues in the object
  bool between_frames_ = true;
  std::uint64_t position_ = 0;
  FrameStart frame_;
  std::vector<std::byte> dropped_;
};

/// Encodes into a buffer that the server sends and clears between calls.
class Encoder {
 public:
  /// A new frame begins after `frame_size` bytes: readers can start at each.
  Encoder(int level, std::uint64_t frame_size);
  bryo::Status write(bryo::BytesView bytes, bryo::ArchiveBuffer& out);
  /// Ends the frame. Nothing may follow.
  bryo::Status finish(bryo::ArchiveBuffer& out);

 private:
  bryo::Status run(bryo::BytesView bytes, ZSTD_EndDirective end, bryo::ArchiveBuffer& out);

  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };
  const std::unique_ptr<ZSTD_CCtx, Free> context_;
  const std::uint64_t frame_size_;
  std::uint64_t in_frame_ = 0;
};

}  // namespace tar_zst
