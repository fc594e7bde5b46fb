#include "tar_header.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace tar_zst {
namespace {

using bryo::Errc;
using bryo::Error;
using bryo::Result;

// Where fields lie in the block.
constexpr std::size_t kNameSize = 100, kSize = 124, kSizeSize = 12, kChecksum = 148, kType = 156, kPrefix = 345,
                      kPrefixSize = 155;
constexpr std::uint64_t kMaxOctalSize = (std::uint64_t{1} << 33) - 1;

std::string_view text(std::string_view block, std::size_t at, std::size_t size) {
  const auto field = block.substr(at, size);
  return field.substr(0, field.find('\0'));
}

/// Octal digits between blanks, or, with the first bit set, GNU's big-endian number.
std::optional<std::uint64_t> number(std::string_view field) {
  if ((field.front() & 0x80) != 0) {
    std::uint64_t value = field.front() & 0x7F;
    for (const char c : field.substr(1)) {
      if (value >> 55 != 0) return std::nullopt;
      value = value << 8 | static_cast<unsigned char>(c);
    }
    return value;
  }
  field = field.substr(std::min(field.find_first_not_of(' '), field.size()));
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(field.data(), field.data() + field.size(), value, 8);
  if (failure == std::errc::result_out_of_range) return std::nullopt;
  const std::string_view rest(end, static_cast<std::size_t>(field.data() + field.size() - end));
  if (rest.find_first_not_of(std::string_view(" \0", 2)) != std::string_view::npos) return std::nullopt;
  return value;
}

std::uint32_t sum_of(std::string_view block) {
  std::uint32_t sum = 8 * ' ';  // the checksum's own field counts as blanks
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (i < kChecksum || i >= kChecksum + 8) sum += static_cast<unsigned char>(block[i]);
  }
  return sum;
}

void put_octal(std::string& block, std::size_t at, std::size_t size, std::uint64_t value) {
  for (std::size_t i = size - 1; i-- > 0; value >>= 3) block[at + i] = static_cast<char>('0' + (value & 7));
}

std::string make_block(std::string_view name, std::uint64_t size, char type) {
  std::string block(kBlock, '\0');
  block.replace(0, std::min(name.size(), kNameSize), name.substr(0, kNameSize));
  put_octal(block, 100, 8, 0644);
  for (const std::size_t owner : {108, 116}) put_octal(block, owner, 8, 0);
  put_octal(block, kSize, kSizeSize, size);
  put_octal(block, 136, 12, 0);
  block[kType] = type;
  block.replace(257, 8, std::string_view("ustar\00000", 8));
  put_octal(block, kChecksum, 7, sum_of(block));
  block[kChecksum + 7] = ' ';
  return block;
}

/// "LENGTH KEY=VALUE\n", where LENGTH counts itself.
std::string pax_record(std::string_view key, std::string_view value) {
  const std::size_t rest = key.size() + value.size() + 3;
  std::size_t length = rest + 1;
  while (std::to_string(length).size() + rest != length) ++length;
  return std::to_string(length).append(" ").append(key).append("=").append(value).append("\n");
}

}  // namespace

Result<std::optional<Header>> parse_header(std::string_view block) {
  if (block.find_first_not_of('\0') == std::string_view::npos) return std::optional<Header>();
  const auto checksum = number(block.substr(kChecksum, 8));
  const auto size = number(block.substr(kSize, kSizeSize));
  if (checksum != sum_of(block) || !size || *size >> 62 != 0) {
    return Error(Errc::InvalidArgument, "invalid tar header");
  }
  Header header{.name = {}, .size = *size, .type = block[kType]};
  if (block.substr(257, 6) == std::string_view("ustar\0", 6)) header.name = text(block, kPrefix, kPrefixSize);
  if (!header.name.empty()) header.name.push_back('/');
  header.name.append(text(block, 0, kNameSize));
  return std::optional(std::move(header));
}

Result<Overrides> parse_pax(std::string_view records) {
  Overrides out;
  while (!records.empty()) {
    std::size_t length = 0;
    const auto [end, failure] = std::from_chars(records.data(), records.data() + records.size(), length);
    const auto digits = static_cast<std::size_t>(end - records.data());
    if (failure != std::errc() || length > records.size() || length < digits + 4 || *end != ' ' ||
        records[length - 1] != '\n') {
      return Error(Errc::InvalidArgument, "invalid pax record");
    }
    const auto record = records.substr(digits + 1, length - digits - 2);
    const auto equals = record.find('=');
    if (equals == std::string_view::npos) return Error(Errc::InvalidArgument, "invalid pax record");
    const auto value = record.substr(equals + 1);
    if (record.starts_with("path=")) {
      out.name = std::string(value);
    } else if (record.starts_with("size=")) {
      std::uint64_t size = 0;
      const auto parsed = std::from_chars(value.data(), value.data() + value.size(), size);
      if (parsed.ec != std::errc() || parsed.ptr != value.data() + value.size() || size >> 62 != 0) {
        return Error(Errc::InvalidArgument, "invalid pax record");
      }
      out.size = size;
    }
    records.remove_prefix(length);
  }
  return out;
}

Result<std::string> make_header(std::string_view name, std::uint64_t size) {
  if (name.empty()) return Error(Errc::InvalidArgument, "a member of a TAR archive needs a name");
  if (name.find('\0') != std::string_view::npos) {
    return Error(Errc::InvalidArgument, "a name with NUL cannot be written into a TAR archive");
  }
  const bool ascii = std::all_of(name.begin(), name.end(), [](char c) { return (c & 0x80) == 0; });
  std::string records;
  if (!ascii || name.size() > kNameSize) records += pax_record("path", name);
  if (size > kMaxOctalSize) records += pax_record("size", std::to_string(size));
  std::string out;
  if (!records.empty()) {
    out = make_block("PaxHeaders.0", records.size(), 'x') + records;
    out.append(padding(records.size()), '\0');
  }
  // Old readers take a name that ends with '/' for a directory; the whole one stands in the record.
  std::string shortened(name.substr(0, kNameSize));
  while (shortened.size() < name.size() && shortened.ends_with('/')) shortened.pop_back();
  return out + make_block(shortened, size > kMaxOctalSize ? 0 : size, '0');
}

}  // namespace tar_zst
