#include "json.h"

#include <charconv>

namespace bryo::client {
namespace {

template <class Number>
Number number_of(const Json& json, const char* key) {
  const auto& value = member(json, key);
  if (value.is_number()) return value.get<Number>();
  Number number = 0;
  if (const auto* text = value.get_ptr<const std::string*>()) {
    std::from_chars(text->data(), text->data() + text->size(), number);
  }
  return number;
}

constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

}  // namespace

Result<Json> parse_json(std::string_view text, std::string_view what) {
  auto json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return Error(Errc::InvalidArgument, std::string(what) + " is not JSON");
  return json;
}

Result<Json> parse_document(std::string_view bytes, std::string_view content_type, std::string_view what) {
  if (!content_type.starts_with("application/msgpack")) return parse_json(bytes, what);
  auto json = Json::from_msgpack(bytes, true, false);
  if (json.is_discarded()) return Error(Errc::InvalidArgument, std::string(what) + " is not msgpack");
  return json;
}

Result<std::string> dump_json(const Json& json, std::string_view what) {
  try {
    return json.dump();
  } catch (const Json::type_error&) {
    return Error(Errc::InvalidArgument, std::string(what) + " is not UTF-8");
  }
}

const Json& member(const Json& json, const char* key) {
  static const Json null;
  if (!json.is_object()) return null;
  const auto found = json.find(key);
  return found == json.end() ? null : *found;
}

std::string text_at(const Json& json, const char* key) {
  const auto& value = member(json, key);
  if (const auto* text = value.get_ptr<const std::string*>()) return *text;
  return value.is_number() ? value.dump() : std::string();
}

std::uint64_t number_at(const Json& json, const char* key) { return number_of<std::uint64_t>(json, key); }
std::int64_t signed_at(const Json& json, const char* key) { return number_of<std::int64_t>(json, key); }

bool flag_at(const Json& json, const char* key) {
  const auto& value = member(json, key);
  return value.is_boolean() && value.get<bool>();
}

std::string base64_encode(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    const auto have = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t j = 0; j < 3; ++j) {
      group = (group << 8U) | (j < have ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      out.push_back(j <= have ? kBase64[(group >> (18U - 6U * j)) & 63U] : '=');
    }
  }
  return out;
}

std::string base64_decode(std::string_view text) {
  std::string out;
  std::uint32_t group = 0;
  unsigned bits = 0;
  for (const char c : text) {
    if (c == '=') break;
    const int value = base64_value(c);
    if (value < 0) return {};
    group = (group << 6U) | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out.push_back(static_cast<char>((group >> bits) & 255U));
    }
  }
  return out;
}

}  // namespace bryo::client
