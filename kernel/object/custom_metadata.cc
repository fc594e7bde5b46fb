#include <kernel/object/custom_metadata.h>

#include <kernel/wire/api_names.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace bryo::kernel {
namespace {

Error refused(std::string_view uri, std::string_view why) {
  return Error(Errc::InvalidArgument, std::string(uri) + ": custom metadata: " + std::string(why));
}

/// The two separators of the reference's stored form must not occur, or a client that reads it there would be misled.
bool has_separator(std::string_view text) {
  return text.find('\x01') != std::string_view::npos || text.find("\xE3\x2F\xBD") != std::string_view::npos;
}

Status check(const CustomMetadata& custom, std::string_view uri) {
  std::size_t total = 0;
  for (const auto& [key, value] : custom) {
    if (key.empty()) return refused(uri, "empty key");
    if (has_separator(key) || has_separator(value)) return refused(uri, "key \"" + key + "\" holds a reserved byte");
    total += key.size() + value.size();
  }
  if (total <= kMaxCustomMetadata) return {};
  return refused(
      uri, "total size " + std::to_string(total) + " exceeds max " + std::to_string(kMaxCustomMetadata) + " bytes");
}

void set(CustomMetadata& custom, std::string key, std::string value) {
  const auto known = std::find_if(custom.begin(), custom.end(), [&](const auto& item) { return item.first == key; });
  if (known == custom.end()) {
    custom.emplace_back(std::move(key), std::move(value));
  } else {
    known->second = std::move(value);
  }
}

}  // namespace

Result<std::optional<CustomMetadata>> custom_of_headers(const Headers& headers, std::string_view uri) {
  std::optional<CustomMetadata> custom;
  for (const auto& [name, field] : headers.fields()) {
    if (!Headers::equal_names(name, wire::kHeaderCustomMd)) continue;
    if (!custom) custom.emplace();
    const auto equals = field.find('=');
    if (equals == std::string::npos) return refused(uri, "expecting key=value, got \"" + field.substr(0, 80) + "\"");
    set(*custom, field.substr(0, equals), field.substr(equals + 1));
  }
  if (custom) BRYO_CHECK(check(*custom, uri));
  return custom;
}

Result<CustomMetadata> custom_of_json(const nlohmann::json& value, std::string_view uri) {
  if (!value.is_object() && !value.is_null())
    return refused(uri, "failed to unmarshal: expecting an object of strings");
  CustomMetadata custom;
  for (const auto& [key, text] : value.items()) {
    if (!text.is_string()) return refused(uri, "failed to unmarshal: the value of \"" + key + "\" is no string");
    set(custom, key, text.get<std::string>());
  }
  BRYO_CHECK(check(custom, uri));
  return custom;
}

}  // namespace bryo::kernel
