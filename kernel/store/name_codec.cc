#include <kernel/store/checksum.h>
#include <kernel/store/name_codec.h>

#include <cstring>

namespace bryo::kernel {
namespace {

/// Bytes of the readable part of a hashed name, before '~' and 32 digits.
constexpr std::size_t kReadablePart = 200;
constexpr std::size_t kDigits = 32;

constexpr bool needs_escape(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f || c == '/' || c == '%' || c == '~';
}

constexpr auto kEscape = [] {
  std::array<bool, 256> table{};
  for (std::size_t i = 0; i < 256; ++i) table[i] = needs_escape(static_cast<char>(i));
  return table;
}();

constexpr int digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Encodes into `out` while whole characters fit into `limit` bytes; answers how many bytes of `name` were taken.
std::size_t encode(std::string_view name, char* out, std::size_t limit, std::size_t& size) noexcept {
  size = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto byte = static_cast<unsigned char>(name[i]);
    if (!kEscape[byte] && (i != 0 || byte != '.')) {
      if (size + 1 > limit) return i;
      out[size++] = name[i];
    } else {
      if (size + 3 > limit) return i;
      out[size++] = '%';
      out[size++] = "0123456789ABCDEF"[byte >> 4];
      out[size++] = "0123456789ABCDEF"[byte & 15];
    }
  }
  return name.size();
}

/// Appends the decoded bytes; false at a malformed escape.
bool append_decoded(std::string_view text, std::string& out) {
  for (;;) {
    const std::size_t escape = text.find('%');
    out.append(text.substr(0, escape));
    if (escape == std::string_view::npos) return true;
    if (escape + 2 >= text.size()) return false;
    const int high = digit(text[escape + 1]);
    const int low = digit(text[escape + 2]);
    if (high < 0 || low < 0) return false;
    out.push_back(static_cast<char>(high * 16 + low));
    text.remove_prefix(escape + 3);
  }
}

}  // namespace

FileName::FileName(std::string_view object_name) {
  if (encode(object_name, text_.data(), kLongestPlain, size_) != object_name.size()) {
    hashed_ = true;
    // UTF-8 must not be cut within a character: a file name with a broken one cannot be typed.
    std::size_t taken = encode(object_name, text_.data(), kReadablePart, size_);
    while (taken > 0 && (static_cast<unsigned char>(object_name[taken]) & 0xc0) == 0x80) {
      --taken;
      --size_;  // bytes from 0x80 are never escaped
    }
    text_[size_++] = '~';
    const std::string hash = checksum_of(ChecksumType::Sha256, as_bytes(object_name));
    std::memcpy(text_.data() + size_, hash.data(), kDigits);
    size_ += kDigits;
  }
  text_[size_] = '\0';
}

bool is_hashed_file_name(std::string_view file_name) noexcept {
  return file_name.size() > kDigits && file_name[file_name.size() - kDigits - 1] == '~';
}

bool decode_file_name(std::string_view file_name, std::string& out) {
  if (file_name.empty() || file_name.front() == '.' || file_name.find('~') != std::string_view::npos) return false;
  const std::size_t before = out.size();
  if (append_decoded(file_name, out)) return true;
  out.resize(before);
  return false;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  if (!append_decoded(text, out)) return std::nullopt;
  return out;
}

}  // namespace bryo::kernel
