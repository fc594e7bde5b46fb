#pragma once

/// Where things stand in a ZIP archive: APPNOTE.TXT 6.3.10, sections 4.3 to 4.5. Numbers are little endian.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace bryo::zip {

static_assert(std::endian::native == std::endian::little, "fields are copied as they stand");

template <class T>
T load(const std::byte* at) noexcept {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::uint32_t kDescriptorSignature = 0x08074b50;
constexpr std::uint32_t kEntrySignature = 0x02014b50;
constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kWideEndSignature = 0x06064b50;
constexpr std::uint32_t kLocatorSignature = 0x07064b50;

/// Without names, extra fields and comments.
constexpr std::size_t kLocalSize = 30;
constexpr std::size_t kEntrySize = 46;
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kWideEndSize = 56;
constexpr std::size_t kLocatorSize = 20;

/// A field that is too narrow says so with all bits set; the number stands in a ZIP64 record.
constexpr std::uint16_t kNarrow16 = 0xffff;
constexpr std::uint32_t kNarrow32 = 0xffffffff;

constexpr std::uint16_t kEncrypted = 1;
constexpr std::uint16_t kHasDescriptor = 1 << 3;
constexpr std::uint16_t kUtf8 = 1 << 11;

constexpr std::uint16_t kStoredMethod = 0;
constexpr std::uint16_t kDeflatedMethod = 8;

constexpr std::uint16_t kWideExtra = 0x0001;
constexpr std::uint16_t kTimestampExtra = 0x5455;

}  // namespace bryo::zip
