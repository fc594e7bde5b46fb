#include "frame_header.h"

#include <lz4frame.h>

#include <bit>
#include <cstring>
#include <memory>
#include <new>

namespace bryo::tar_lz4 {

static_assert(std::endian::native == std::endian::little);

std::size_t frame_header_size(BytesView bytes) {
  const auto flags = std::to_integer<unsigned>(bytes[4]);
  return kMinFrameHeader + ((flags & 0x08) != 0 ? 8 : 0) + ((flags & 0x01) != 0 ? 4 : 0);
}

Result<FrameHeader> parse_frame_header(BytesView bytes) {
  LZ4F_dctx* created = nullptr;
  if (LZ4F_isError(::LZ4F_createDecompressionContext(&created, LZ4F_VERSION)) != 0) throw std::bad_alloc();
  const std::unique_ptr<LZ4F_dctx, decltype(&::LZ4F_freeDecompressionContext)> context(
      created, &::LZ4F_freeDecompressionContext);
  LZ4F_frameInfo_t info = LZ4F_INIT_FRAMEINFO;
  std::size_t consumed = bytes.size();
  const std::size_t code = ::LZ4F_getFrameInfo(context.get(), &info, bytes.data(), &consumed);
  if (LZ4F_isError(code) != 0) return Error(Errc::InvalidArgument, ::LZ4F_getErrorName(code));
  FrameHeader header{.descriptor = {.flags = std::to_integer<std::uint8_t>(bytes[4]),
                                    .blocks = std::to_integer<std::uint8_t>(bytes[5])},
                     .content_size = std::nullopt};
  if ((header.descriptor.flags & 0x08) != 0) header.content_size = info.contentSize;
  return header;
}

std::uint32_t read_le32(const std::byte* bytes) noexcept {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

}  // namespace bryo::tar_lz4
