#include "tar_header.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace bryo::tar {
namespace {

std::string_view trim(std::string_view text) noexcept {
  const auto blank = [](char c) { return c == ' ' || c == '\0'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<std::uint64_t> parse_octal(std::string_view field) noexcept {
  std::uint64_t value = 0;
  for (const char c : trim(field)) {
    if (c < '0' || c > '7' || value >> 60 != 0) return std::nullopt;
    value = value << 3 | static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

/// GNU: the first bit set, then a two's complement number, most significant byte first.
std::optional<std::uint64_t> parse_base256(std::string_view field) noexcept {
  if ((field.front() & 0x40) != 0) return std::nullopt;  // negative
  std::uint64_t value = static_cast<unsigned char>(field.front()) & 0x3F;
  for (const char c : field.substr(1)) {
    if (value >> 55 != 0) return std::nullopt;
    value = value << 8 | static_cast<unsigned char>(c);
  }
  return value;
}

}  // namespace

bool HeaderView::all_zero() const noexcept {
  static constexpr std::array<char, kBlock> kZeros{};
  return std::memcmp(block_, kZeros.data(), kBlock) == 0;
}

bool HeaderView::checksum_matches() const noexcept {
  const auto stored = parse_octal({block_ + kChecksum.offset, kChecksum.size});
  if (!stored) return false;
  const auto* bytes = reinterpret_cast<const unsigned char*>(block_);
  std::uint32_t sum = 0;
  std::uint32_t high = 0;  // bytes that are negative when signed
  for (std::size_t i = 0; i < kBlock; ++i) {
    sum += bytes[i];
    high += bytes[i] >> 7;
  }
  for (std::size_t i = 0; i < kChecksum.size; ++i) {
    const auto byte = bytes[kChecksum.offset + i];
    sum += static_cast<std::uint32_t>(' ') - byte;
    high -= static_cast<std::uint32_t>(byte >> 7);
  }
  return *stored == sum || static_cast<std::int64_t>(*stored) == std::int64_t{sum} - 256 * std::int64_t{high};
}

std::optional<std::uint64_t> HeaderView::size() const noexcept {
  const std::string_view field(block_ + kSize.offset, kSize.size);
  const auto value = (field.front() & 0x80) != 0 ? parse_base256(field) : parse_octal(field);
  if (!value || *value >> 63 != 0) return std::nullopt;
  return value;
}

std::string HeaderView::name() const {
  std::string out;
  append_name(out);
  return out;
}

void HeaderView::append_name(std::string& out) const {
  if (const auto before = prefix(); !before.empty()) out.append(before).append("/");
  out.append(text(kName));
}

std::string_view HeaderView::text(Field field) const noexcept {
  return {block_ + field.offset, ::strnlen(block_ + field.offset, field.size)};
}

std::string_view HeaderView::prefix() const noexcept {
  // V7 has no prefix, GNU other fields in its place; star's is shorter.
  if (std::memcmp(block_ + kMagic.offset, "ustar\0", 6) != 0) return {};
  const bool star = std::memcmp(block_ + kStarTrailer.offset, "tar\0", 4) == 0;
  return text(star ? Field{kPrefix.offset, 131} : kPrefix);
}

void put_octal(std::span<char> field, std::uint64_t value) noexcept {
  field.back() = '\0';
  for (std::size_t i = field.size() - 1; i-- > 0; value >>= 3) field[i] = static_cast<char>('0' + (value & 7));
}

}  // namespace bryo::tar
