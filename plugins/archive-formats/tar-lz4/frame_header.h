#pragma once

/// The beginning of an LZ4 frame (LZ4 Frame Format 1.6.3): what it says of its blocks.

#include <bryo/bytes.h>
#include <bryo/result.h>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace bryo::tar_lz4 {

inline constexpr std::uint32_t kFrameMagic = 0x184D2204;
inline constexpr std::uint32_t kLegacyMagic = 0x184C2102;
/// Skippable frames have any of sixteen: the lowest four bits are theirs.
inline constexpr std::uint32_t kSkippableMagic = 0x184D2A50;

/// The two bytes that follow the magic, FLG and BD.
struct FrameDescriptor {
  std::uint8_t flags = 0;
  std::uint8_t blocks = 0;

  /// Of version 1, with one of the four block sizes.
  [[nodiscard]] bool valid() const noexcept { return flags >> 6 == 1 && (blocks >> 4 & 7) >= 4; }
  /// Blocks refer to the 64 KiB of output before them.
  [[nodiscard]] bool linked() const noexcept { return (flags & 0x20) == 0; }
  [[nodiscard]] bool block_checksums() const noexcept { return (flags & 0x10) != 0; }
  [[nodiscard]] bool content_checksum() const noexcept { return (flags & 0x04) != 0; }
  [[nodiscard]] bool dictionary() const noexcept { return (flags & 0x01) != 0; }
  /// The most that one block decodes to: 64 KiB, 256 KiB, 1 MiB or 4 MiB.
  [[nodiscard]] std::size_t max_block() const noexcept { return std::size_t{1} << (8 + 2 * (blocks >> 4 & 7)); }
};

struct FrameHeader {
  FrameDescriptor descriptor;
  std::optional<std::uint64_t> content_size;
};

inline constexpr std::size_t kMinFrameHeader = 7;

/// Bytes of the header that begins with these (at least kMinFrameHeader, from the magic on).
std::size_t frame_header_size(BytesView bytes);
/// `bytes` are the whole header. Fails with InvalidArgument and liblz4's reason: checksum, version, reserved bits.
Result<FrameHeader> parse_frame_header(BytesView bytes);

/// Numbers in frames are little endian.
std::uint32_t read_le32(const std::byte* bytes) noexcept;

}  // namespace bryo::tar_lz4
