#include <bryo/client/tar_reader.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace bryo::client {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::uint64_t kMaxExtended = std::uint64_t{1} << 20;
/// Sizes beyond this overflow arithmetic on the wire and fit on no disk.
constexpr std::uint64_t kMaxMember = std::uint64_t{1} << 62;

using Block = std::array<std::byte, kBlock>;

std::string_view field(const Block& block, std::size_t at, std::size_t size) {
  return text_of(std::span(block)).substr(at, size);
}

std::string_view text_field(const Block& block, std::size_t at, std::size_t size) {
  const auto bytes = field(block, at, size);
  return bytes.substr(0, bytes.find('\0'));
}

/// Octal, or base 256 if the first bit is set (GNU, for sizes over 8 GiB).
std::optional<std::uint64_t> number_field(std::string_view bytes) {
  std::uint64_t value = 0;
  if ((static_cast<unsigned char>(bytes.front()) & 0x80U) != 0) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const auto byte = static_cast<unsigned char>(bytes[i]) & (i == 0 ? 0x7FU : 0xFFU);
      if (value >= kMaxMember >> 8U) return {};
      value = (value << 8U) | byte;
    }
    return value;
  }
  while (!bytes.empty() && bytes.front() == ' ') bytes.remove_prefix(1);
  while (!bytes.empty() && (bytes.back() == ' ' || bytes.back() == '\0')) bytes.remove_suffix(1);
  for (const char c : bytes) {
    if (c < '0' || c > '7') return {};
    value = value * 8 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

bool checksum_fits(const Block& block) {
  const auto stored = number_field(field(block, 148, 8));
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kBlock; ++i) {
    sum += i >= 148 && i < 156 ? ' ' : std::to_integer<unsigned>(block[i]);
  }
  return stored == sum;
}

std::string header_name(const Block& block) {
  std::string name(text_field(block, 0, 100));
  const bool ustar = field(block, 257, 5) == "ustar" && block[262] == std::byte{0};
  if (const auto prefix = text_field(block, 345, 155); ustar && !prefix.empty()) {
    name.insert(0, std::string(prefix) + "/");
  }
  return name;
}

std::uint64_t padding_of(std::uint64_t size) { return (kBlock - size % kBlock) % kBlock; }

}  // namespace

Result<std::optional<TarMember>> TarReader::next() {
  if (ended_) return std::optional<TarMember>();
  BRYO_CHECK(skip(left_ + padding_));
  left_ = padding_ = 0;
  Extended extended;
  while (true) {
    Block block;
    BRYO_TRY(complete, fill(block));
    if (!complete) return damaged("the archive stops without its end blocks");
    if (std::all_of(block.begin(), block.end(), [](std::byte b) { return b == std::byte{0}; })) {
      ended_ = true;
      return std::optional<TarMember>();
    }
    if (!checksum_fits(block)) return damaged("a header block with a wrong checksum");
    auto size = number_field(field(block, 124, 12));
    if (!size || *size > kMaxMember) return damaged("a header block with an impossible size");
    const char type = static_cast<char>(block[156]);
    if (type == 'x' || type == 'L') {
      BRYO_TRY(text, read_extended(*size));
      if (type == 'x') {
        BRYO_CHECK(apply_pax(text, extended));
      } else {
        extended.name = text.substr(0, text.find('\0'));
      }
      continue;
    }
    if (type == 'g' || type == 'K') {
      BRYO_CHECK(skip(*size + padding_of(*size)));
      continue;
    }
    if (extended.size) size = extended.size;
    if (type == '0' || type == '\0' || type == '7') {
      left_ = *size;
      padding_ = padding_of(*size);
      return std::optional<TarMember>(
          TarMember{extended.name.empty() ? header_name(block) : std::move(extended.name), *size});
    }
    // Folders, links and devices have no bytes, whatever their size field says; unknown types are skipped with theirs.
    const bool no_bytes = type >= '1' && type <= '6';
    if (!no_bytes) BRYO_CHECK(skip(*size + padding_of(*size)));
    extended = {};
  }
}

Result<std::size_t> TarReader::read(std::span<std::byte> out) {
  const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), left_));
  if (want == 0) return std::size_t{0};
  BRYO_TRY(n, input_.read(out.first(want)));
  if (n == 0) return damaged("the archive stops inside a member, " + std::to_string(left_) + " bytes early");
  left_ -= n;
  offset_ += n;
  return n;
}

Status TarReader::drain() {
  std::array<std::byte, 8192> buffer;
  while (true) {
    BRYO_TRY(n, input_.read(buffer));
    if (n == 0) return {};
    offset_ += n;
  }
}

/// False if the input ends before the first byte; ending in between is damage.
Result<bool> TarReader::fill(std::span<std::byte> out) {
  std::size_t have = 0;
  while (have < out.size()) {
    BRYO_TRY(n, input_.read(out.subspan(have)));
    if (n == 0) {
      if (have == 0) return false;
      return damaged("the archive stops inside a block");
    }
    have += n;
    offset_ += n;
  }
  return true;
}

Status TarReader::skip(std::uint64_t bytes) {
  std::array<std::byte, 16'384> buffer;
  while (bytes > 0) {
    BRYO_TRY(n, input_.read(
                    std::span(buffer).first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes, buffer.size())))));
    if (n == 0) return damaged("the archive stops inside a member, " + std::to_string(bytes) + " bytes early");
    bytes -= n;
    offset_ += n;
  }
  return {};
}

Result<std::string> TarReader::read_extended(std::uint64_t size) {
  if (size > kMaxExtended) return damaged("an extended header of " + std::to_string(size) + " bytes");
  std::string text(static_cast<std::size_t>(size), '\0');
  if (!text.empty()) {
    BRYO_TRY(complete, fill(std::as_writable_bytes(std::span(text))));
    if (!complete) return damaged("the archive stops inside an extended header");
  }
  BRYO_CHECK(skip(padding_of(size)));
  return text;
}

/// Records "LENGTH KEY=VALUE\n", LENGTH counting itself. Only `path` and `size` matter here.
Status TarReader::apply_pax(std::string_view records, Extended& into) const {
  while (!records.empty()) {
    std::size_t length = 0;
    const auto [end, failure] = std::from_chars(records.data(), records.data() + records.size(), length);
    const auto digits = static_cast<std::size_t>(end - records.data());
    if (failure != std::errc() || length > records.size() || length < digits + 3 || *end != ' ' ||
        records[length - 1] != '\n') {
      return damaged("a malformed extended header");
    }
    const auto record = records.substr(digits + 1, length - digits - 2);
    const auto equals = record.find('=');
    if (equals == std::string_view::npos) return damaged("a malformed extended header");
    const auto key = record.substr(0, equals);
    const auto value = record.substr(equals + 1);
    if (key == "path") {
      into.name = value;
    } else if (key == "size") {
      std::uint64_t size = 0;
      const auto parsed = std::from_chars(value.data(), value.data() + value.size(), size);
      if (parsed.ec != std::errc() || parsed.ptr != value.data() + value.size() || size > kMaxMember) {
        return damaged("an extended header with an impossible size");
      }
      into.size = size;
    }
    records.remove_prefix(length);
  }
  return {};
}

Error TarReader::damaged(std::string_view what) const {
  return {Errc::InvalidArgument, "damaged TAR at byte " + std::to_string(offset_) + ": " + std::string(what)};
}

}  // namespace bryo::client
