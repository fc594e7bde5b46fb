#include <kernel/meta/meta_document.h>

#include <xxhash.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <optional>

namespace bryo::kernel {
namespace {

constexpr std::string_view kMagic = "bryo-meta ";
constexpr std::string_view kFormat = "1";

std::string hex(std::uint64_t value) {
  std::array<char, 17> text;
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(value));
  return text.data();
}

Error damaged(std::string_view why) { return {Errc::Io, "damaged (" + std::string(why) + ")"}; }

/// Cuts pieces off the front of the text; every length is checked against what is left.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  [[nodiscard]] std::string_view rest() const { return rest_; }
  /// The text before `end`, which is cut off too; nullopt when there is none.
  std::optional<std::string_view> until(char end) {
    const std::size_t at = rest_.find(end);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view piece = rest_.substr(0, at);
    rest_.remove_prefix(at + 1);
    return piece;
  }
  std::optional<std::uint64_t> number_until(char end) {
    const auto text = until(end);
    std::uint64_t number = 0;
    if (!text) return std::nullopt;
    const auto [stop, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc() || stop != text->data() + text->size()) return std::nullopt;
    return number;
  }
  /// `size` bytes and the newline behind them.
  std::optional<std::string_view> line_of(std::uint64_t size) {
    if (size >= rest_.size() || rest_[size] != '\n') return std::nullopt;
    const std::string_view piece = rest_.substr(0, size);
    rest_.remove_prefix(size + 1);
    return piece;
  }
  bool skip(std::string_view expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }

 private:
  std::string_view rest_;
};

}  // namespace

std::string encode_meta_document(const MetaDocument& document) {
  std::string body =
      "revision " + std::to_string(document.revision) + " entries " + std::to_string(document.entries.size()) + "\n";
  for (const auto& [key, value] : document.entries) {
    body.append(std::to_string(value.revision)).append(" ");
    body.append(std::to_string(key.size())).append(" ");
    body.append(std::to_string(value.value.size())).append("\n");
    body.append(key).append("\n").append(value.value).append("\n");
  }
  std::string text(kMagic);
  return text.append(kFormat).append(" ").append(hex(XXH64(body.data(), body.size(), 0))).append("\n").append(body);
}

Result<MetaDocument> decode_meta_document(std::string_view text) {
  Cursor cursor(text);
  if (!cursor.skip(kMagic)) return damaged("not a metadata document");
  const auto format = cursor.until(' ');
  if (!format) return damaged("cut off");
  if (*format != kFormat) {
    return Error(Errc::Unsupported, "written in format " + std::string(format->substr(0, 20)) +
                                        " by a newer version of Bryo: run that version, or restore a backup");
  }
  const auto sum = cursor.until('\n');
  if (!sum || *sum != hex(XXH64(cursor.rest().data(), cursor.rest().size(), 0))) {
    return damaged("its checksum does not match");
  }
  MetaDocument document;
  const auto revision = cursor.skip("revision ") ? cursor.number_until(' ') : std::nullopt;
  const auto count = cursor.skip("entries ") ? cursor.number_until('\n') : std::nullopt;
  if (!revision || !count) return damaged("bad head");
  document.revision = *revision;
  for (std::uint64_t i = 0; i < *count; ++i) {
    const auto changed = cursor.number_until(' ');
    const auto key_size = cursor.number_until(' ');
    const auto value_size = cursor.number_until('\n');
    if (!changed || !key_size || !value_size) return damaged("bad entry");
    const auto key = cursor.line_of(*key_size);
    const auto value = cursor.line_of(*value_size);
    if (!key || !value) return damaged("bad entry");
    document.entries[std::string(*key)] = {std::string(*value), *changed};
  }
  if (!cursor.rest().empty()) return damaged("text behind the last entry");
  return document;
}

}  // namespace bryo::kernel
