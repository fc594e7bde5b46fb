#pragma once

#include <bryo/client/archive_format.h>
#include <bryo/client/byte_stream.h>

#include <cstdint>
#include <memory>
#include <string_view>

namespace bryo::client {

enum class Compression : std::uint8_t { None, Gzip, Lz4 };

/// What the first bytes (4 suffice) say: 1f 8b = gzip, 04 22 4d 18 = LZ4 frame.
Compression compression_of_magic(std::string_view first_bytes) noexcept;

/// What is around the TAR of a format; None for ZIP, which is no TAR.
Compression compression_of(ArchiveFormat format) noexcept;

/// Unpacks `input`, which must outlive the result. Several gzip members or LZ4 frames in a row are one stream. Damage
/// and a stream that stops early fail with InvalidArgument. None gives the bytes as they are.
std::unique_ptr<ByteInput> decompress(ByteInput& input, Compression compression);

}  // namespace bryo::client
