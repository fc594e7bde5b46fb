#include <kernel/log/log_line.h>

#include <array>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

namespace bryo::kernel {
namespace {

constexpr std::string_view kRequestId = "rid";

/// The code point at `text[i]` and its length in bytes; length 0 where the bytes are not UTF-8.
struct CodePoint {
  std::uint32_t value = 0;
  std::size_t length = 0;
};

CodePoint code_point_at(std::string_view text, std::size_t i) {
  const auto byte = [&](std::size_t k) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[k])); };
  const std::uint32_t lead = byte(i);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || i + length > text.size()) return {};
  std::uint32_t value = lead & (0xFFu >> (length + 1));
  for (std::size_t k = 1; k < length; ++k) {
    if ((byte(i + k) & 0xC0u) != 0x80u) return {};
    value = (value << 6) | (byte(i + k) & 0x3Fu);
  }
  constexpr std::array<std::uint32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kSmallest[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {};
  return {value, length};
}

/// Would change the look of the line or of what follows: C0 and C1 controls, line separators, text direction.
bool is_unprintable(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) ||
         c == 0x200E || c == 0x200F || c == 0xFEFF;
}

struct Escaped {
  std::string text;
  bool changed = false;
};

Escaped escape(std::string_view text) {
  Escaped out;
  out.text.reserve(text.size());
  std::array<char, 12> code;
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint c = code_point_at(text, i);
    if (c.length != 0 && !is_unprintable(c.value) && c.value != '\\') {
      out.text.append(text, i, c.length);
      i += c.length;
      continue;
    }
    out.changed = true;
    if (c.length == 0) {
      std::snprintf(code.data(), code.size(), "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(text[i])));
    } else if (c.value == '\n') {
      std::snprintf(code.data(), code.size(), "\\n");
    } else if (c.value == '\\') {
      std::snprintf(code.data(), code.size(), "\\\\");
    } else {
      std::snprintf(code.data(), code.size(), c.value < 0x80 ? "\\x%02x" : "\\u%04x", c.value);
    }
    out.text += code.data();
    i += c.length == 0 ? 1 : c.length;
  }
  return out;
}

void append_value(std::string& out, std::string_view value) {
  const Escaped escaped = escape(value);
  const bool plain = !value.empty() && !escaped.changed && value.find_first_of(" \"=") == std::string_view::npos;
  if (plain) {
    out += value;
    return;
  }
  out += '"';
  for (char c : escaped.text) {
    if (c == '"') out += '\\';
    out += c;
  }
  out += '"';
}

void append_field(std::string& out, std::string_view key, std::string_view value) {
  out.append(" ").append(escape(key).text).append("=");
  append_value(out, value);
}

}  // namespace

std::string_view level_name(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::Trace:
      return "trace";
    case LogLevel::Debug:
      return "debug";
    case LogLevel::Info:
      return "info";
    case LogLevel::Warning:
      return "warning";
    case LogLevel::Error:
      return "error";
  }
  return "error";
}

std::string rfc3339(std::int64_t unix_ns) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const auto seconds = static_cast<std::time_t>(unix_ns >= 0 ? unix_ns / kSecond : 0);
  const auto micros = static_cast<unsigned>(unix_ns >= 0 ? unix_ns % kSecond / 1000 : 0);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 64> text;
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text.data() + length, text.size() - length, ".%06uZ", micros);
  return text.data();
}

std::string text_line(const LogRecord& record) {
  std::string out = rfc3339(record.unix_ns);
  out.append(" ").append(level_name(record.level)).append(" ").append(escape(record.component).text);
  for (const auto& [key, value] : record.fields) {
    if (key == kRequestId) append_field(out, key, value);
  }
  out.append(" ").append(escape(record.message).text);
  for (const auto& [key, value] : record.fields) {
    if (key != kRequestId) append_field(out, key, value);
  }
  return out;
}

std::string json_line(const LogRecord& record) {
  nlohmann::ordered_json line;
  line["time"] = rfc3339(record.unix_ns);
  line["level"] = level_name(record.level);
  line["component"] = record.component;
  for (const auto& [key, value] : record.fields) {
    if (key == kRequestId) line["rid"] = value;
  }
  line["message"] = record.message;
  for (const auto& [key, value] : record.fields) {
    if (key == kRequestId) continue;
    std::string free(key);
    while (line.contains(free)) free += '_';
    line[free] = value;
  }
  // ensure_ascii escapes what a terminal would act on; "replace" keeps bytes that are not UTF-8 from throwing.
  return line.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace bryo::kernel
