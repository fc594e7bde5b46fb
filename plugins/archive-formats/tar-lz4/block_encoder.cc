#include "block_encoder.h"

#include <lz4.h>
#include <lz4hc.h>
#include <xxhash.h>

#include <cstdint>
#include <cstring>

#include "frame_header.h"

namespace bryo::tar_lz4 {
namespace {

constexpr std::uint8_t kVersionAndIndependent = 0x60;
constexpr std::uint8_t kBlocksOf256KiB = 0x50;
constexpr std::uint32_t kStored = 0x80000000;
constexpr std::size_t kSizeField = 4;

void put_le32(std::uint32_t value, std::byte* to) {
  for (int i = 0; i < 4; ++i, value >>= 8) to[i] = static_cast<std::byte>(value & 0xFF);
}

}  // namespace

void append_frame_header(ArchiveBuffer& out) {
  const MutableBytes header = out.grow(kMinFrameHeader);
  put_le32(kFrameMagic, header.data());
  header[4] = std::byte{kVersionAndIndependent};
  header[5] = std::byte{kBlocksOf256KiB};
  header[6] = static_cast<std::byte>(::XXH32(&header[4], 2, 0) >> 8 & 0xFF);
}

void append_block(BytesView content, int level, ArchiveBuffer& out) {
  const std::size_t before = out.size();
  const MutableBytes room = out.grow(kSizeField + content.size());
  const auto* from = reinterpret_cast<const char*>(content.data());
  auto* to = reinterpret_cast<char*>(room.data() + kSizeField);
  const int size = static_cast<int>(content.size());
  const int made = level < LZ4HC_CLEVEL_MIN ? ::LZ4_compress_default(from, to, size, size - 1)
                                            : ::LZ4_compress_HC(from, to, size, size - 1, level);
  if (made > 0) {
    put_le32(static_cast<std::uint32_t>(made), room.data());
    out.truncate(before + kSizeField + static_cast<std::size_t>(made));
  } else {
    put_le32(static_cast<std::uint32_t>(size) | kStored, room.data());
    std::memcpy(to, from, content.size());
  }
}

void append_frame_end(ArchiveBuffer& out) { put_le32(0, out.grow(kSizeField).data()); }

}  // namespace bryo::tar_lz4
