#include <bryo/client/tar_writer.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

namespace bryo::client {
namespace {

constexpr std::size_t kTarBlock = 512;
/// What eleven octal digits hold.
constexpr std::uint64_t kMaxOctalSize = 077777777777ULL;

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80U; });
}

/// The place of the '/' at which a long name splits into prefix (<= 155) and name (<= 100); npos if there is none.
std::size_t split_place(std::string_view name) {
  for (auto at = name.find('/'); at != std::string_view::npos && at <= 155; at = name.find('/', at + 1)) {
    if (at > 0 && name.size() - at - 1 <= 100 && at + 1 < name.size()) return at;
  }
  return std::string_view::npos;
}

std::string header_block(std::string_view prefix, std::string_view name, std::uint64_t size, char type) {
  std::string block(kTarBlock, '\0');
  const auto put = [&block](std::size_t at, std::string_view text) { block.replace(at, text.size(), text); };
  std::array<char, 16> digits{};
  put(0, name);
  put(100, "0000644");
  put(108, "0000000");
  put(116, "0000000");
  std::snprintf(digits.data(), digits.size(), "%011llo",
                static_cast<unsigned long long>(size > kMaxOctalSize ? 0 : size));
  put(124, digits.data());
  put(136, "00000000000");
  block[156] = type;
  put(257, std::string_view("ustar\00000", 8));
  put(329, "0000000");
  put(337, "0000000");
  put(345, prefix);
  put(148, "        ");
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  std::snprintf(digits.data(), digits.size(), "%06o", sum);
  put(148, std::string_view(digits.data(), 7));
  return block;
}

/// "LENGTH KEY=VALUE\n", LENGTH counting itself.
std::string extended_record(std::string_view key, std::string_view value) {
  const auto rest = key.size() + value.size() + 3;
  auto length = rest + 1;
  while (std::to_string(length).size() + rest != length) ++length;
  return std::to_string(length).append(" ").append(key).append("=").append(value).append("\n");
}

std::uint64_t padding_after(std::uint64_t size) { return (kTarBlock - size % kTarBlock) % kTarBlock; }

}  // namespace

Status TarWriter::begin(std::string_view name, std::uint64_t size) {
  if (name.empty() || name.find('\0') != std::string_view::npos) {
    return Error(Errc::InvalidArgument, "a TAR cannot hold a file with an empty name or one with NUL");
  }
  BRYO_CHECK(complete());
  const auto split = name.size() <= 100 ? std::string_view::npos : split_place(name);
  const bool fits = is_ascii(name) && (name.size() <= 100 || split != std::string_view::npos);
  std::string records;
  if (!fits) records += extended_record("path", name);
  if (size > kMaxOctalSize) records += extended_record("size", std::to_string(size));
  std::string blocks;
  if (!records.empty()) {
    blocks = header_block({}, "PaxHeaders.0/entry", records.size(), 'x');
    blocks += records;
    blocks.append(static_cast<std::size_t>(padding_after(records.size())), '\0');
  }
  if (!fits) {
    std::string plain(name.substr(0, 100));
    std::erase_if(plain, [](char c) { return static_cast<unsigned char>(c) >= 0x80U; });
    blocks += header_block({}, plain, size, '0');
  } else if (split == std::string_view::npos) {
    blocks += header_block({}, name, size, '0');
  } else {
    blocks += header_block(name.substr(0, split), name.substr(split + 1), size, '0');
  }
  BRYO_CHECK(sink_.write(bytes_of(blocks)));
  left_ = size;
  padding_ = padding_after(size);
  return {};
}

Status TarWriter::write(std::span<const std::byte> bytes) {
  if (bytes.size() > left_) return Error(Errc::Internal, "more bytes than announced for a file of the TAR");
  BRYO_CHECK(sink_.write(bytes));
  left_ -= bytes.size();
  return {};
}

Status TarWriter::finish() {
  BRYO_CHECK(complete());
  static constexpr std::array<std::byte, 2 * kTarBlock> kEnd{};
  return sink_.write(kEnd);
}

Status TarWriter::complete() {
  if (left_ > 0) return Error(Errc::Internal, "a file of the TAR is " + std::to_string(left_) + " bytes short");
  static constexpr std::array<std::byte, kTarBlock> kZeros{};
  const auto padding = static_cast<std::size_t>(padding_);
  padding_ = 0;
  if (padding == 0) return {};
  return sink_.write(std::span(kZeros).first(padding));
}

}  // namespace bryo::client
