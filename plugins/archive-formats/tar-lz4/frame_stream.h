#pragma once

/// The decoded bytes of LZ4 frames, from the beginning or from the beginning of any block, with liblz4. Frames are
/// walked here, because liblz4's own stream does not tell where blocks lie.

#include <bryo/objects.h>
#include <xxhash.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "encoded_input.h"
#include "frame_header.h"

namespace bryo::tar_lz4 {

/// What a linked block may refer to.
inline constexpr std::size_t kWindow = 64 << 10;

/// Where a block begins.
struct BlockPlace {
  std::uint64_t decoded = 0;  ///< bytes of output before it
  std::uint64_t encoded = 0;  ///< of its size, in the archive
  FrameDescriptor frame{};
};

/// Several frames one after the other are one stream; skippable ones hold nothing. Refused by a sentence: legacy
/// frames, and frames that need a dictionary. Blocks; one thread.
class FrameStream {
 public:
  /// Called before each block, with the output of the frame before it (at most kWindow; empty unless linked).
  using BlockVisitor = std::function<Status(const BlockPlace&, BytesView window)>;

  FrameStream(const OpenObject& archive, std::string_view label, BlockVisitor visitor = {});
  FrameStream(const FrameStream&) = delete;
  FrameStream& operator=(const FrameStream&) = delete;

  /// Continues there. The checksum of that frame's content is not compared.
  Status restart(const BlockPlace& place, BytesView window);
  /// Continues at the beginning.
  void rewind();
  /// Continues there, if that lies in the block that was decoded last.
  [[nodiscard]] bool move_to(std::uint64_t decoded);

  /// The next bytes, 1 to `n` of them, valid until the next call; none at the end. Fails with InvalidArgument where the
  /// stream is damaged or cut, and as the disk does.
  Result<BytesView> next(std::size_t n);
  /// Decodes and drops `n` bytes; answers how many there were.
  Result<std::uint64_t> skip(std::uint64_t n);
  /// Decoded bytes so far.
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }

  /// The stream has failed because the content of a frame is not what its checksum or its size says: it began there.
  [[nodiscard]] std::optional<std::uint64_t> wrong_from() const noexcept { return wrong_from_; }

 private:
  enum class State : std::uint8_t { Between, InFrame, Ended };

  /// Decodes one block into `block_`; false at the end.
  Result<bool> next_block();
  Status frame_header();
  Status frame_end();
  [[nodiscard]] bool decode(BytesView packed, bool raw);
  /// The bytes, passed over.
  Result<BytesView> take(std::size_t n);
  /// Where the next block may be written, with the window before it.
  std::byte* room();
  void begin_frame(const FrameDescriptor& frame);
  [[nodiscard]] BytesView window() const noexcept;
  [[nodiscard]] Error cut() const;
  [[nodiscard]] Error damaged(const std::string& what) const;
  [[nodiscard]] Error refused(const std::string& what, const std::string& way_out) const;

  struct FreeHash {
    void operator()(XXH32_state_t* state) const noexcept { ::XXH32_freeState(state); }
  };

  EncodedInput input_;
  const std::string label_;
  const BlockVisitor visitor_;

  State state_ = State::Between;
  bool first_frame_ = true;
  FrameDescriptor frame_;
  std::optional<std::uint64_t> content_size_;
  std::uint64_t frame_start_ = 0;  ///< in the output
  bool from_start_ = false;        ///< of the frame: its checksum can be compared
  std::unique_ptr<XXH32_state_t, FreeHash> hash_;
  std::optional<std::uint64_t> wrong_from_;

  std::unique_ptr<std::byte[]> output_;
  std::size_t capacity_ = 0;
  std::size_t used_ = 0;  ///< of `output_`, by this frame

  BytesView block_;
  std::uint64_t block_start_ = 0;  ///< in the output
  std::uint64_t position_ = 0;
};

}  // namespace bryo::tar_lz4
