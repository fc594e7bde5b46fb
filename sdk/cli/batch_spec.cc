#include "batch_spec.h"

#include <yaml-cpp/yaml.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "console.h"
#include "spec_keys.h"

namespace bryo::cli {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxSpec = std::size_t{1} << 20;

Error bad_spec(const std::string& where, const std::string& why) {
  return {Errc::InvalidArgument, "specification: " + where + ": " + why};
}

/// YAML as JSON in which every scalar is a string: `objname: 0001` is the name 0001. Deeper than a batch needs is an
/// error, which also keeps aliases from growing without bound.
Result<Json> json_of_yaml(const YAML::Node& node, int depth) {
  if (depth > 3) return bad_spec("YAML", "nested too deeply");
  if (node.IsNull()) return Json();
  if (node.IsScalar()) return Json(node.Scalar());
  if (node.IsSequence()) {
    Json list = Json::array();
    for (const auto& one : node) {
      BRYO_TRY(item, json_of_yaml(one, depth + 1));
      list.push_back(std::move(item));
    }
    return list;
  }
  Json object = Json::object();
  for (const auto& pair : node) {
    if (!pair.first.IsScalar()) return bad_spec("YAML", "a key that is no text");
    BRYO_TRY(value, json_of_yaml(pair.second, depth + 1));
    object[pair.first.Scalar()] = std::move(value);
  }
  return object;
}

Result<Json> parse_yaml(const std::string& text) {
  try {
    return json_of_yaml(YAML::Load(text), 0);
  } catch (const YAML::Exception& failure) {
    return bad_spec("YAML line " + std::to_string(failure.mark.line + 1), failure.msg);
  }
}

Result<Json> parse_strict_json(std::string_view text) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& failure) {
    return bad_spec("JSON", failure.what());
  }
}

/// A key and its value, with the place for messages.
struct Field {
  std::string where;
  const Json& value;
  bool yaml;  ///< scalars are text

  Result<std::string> text() const {
    if (const auto* text = value.get_ptr<const std::string*>()) return *text;
    if (value.is_null()) return std::string();
    return bad_spec(where, "expected text");
  }

  Result<bool> boolean() const {
    if (value.is_boolean()) return value.get<bool>();
    if (value.is_null()) return false;
    if (yaml && value.is_string()) {
      const auto& word = value.get_ref<const std::string&>();
      for (const auto* yes : {"true", "True", "TRUE", "yes", "on"}) {
        if (word == yes) return true;
      }
      for (const auto* no : {"false", "False", "FALSE", "no", "off"}) {
        if (word == no) return false;
      }
    }
    return bad_spec(where, "expected true or false");
  }

  Result<std::int64_t> integer() const {
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{INT64_MAX}) {
      return bad_spec(where, "a number over 2^63");
    }
    if (value.is_number_integer()) return value.get<std::int64_t>();
    if (value.is_null()) return std::int64_t{0};
    if (yaml && value.is_string()) {
      const auto& digits = value.get_ref<const std::string&>();
      std::int64_t number = 0;
      const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
      if (failure == std::errc() && end == digits.data() + digits.size()) return number;
    }
    return bad_spec(where, "expected a whole number");
  }
};

/// `ais/@#/b1/`: a bucket's whole identity.
Result<BucketName> parse_uname(const Field& field) {
  BRYO_TRY(text, field.text());
  const auto first = text.find('/');
  const auto second = first == std::string::npos ? first : text.find('/', first + 1);
  const auto third = second == std::string::npos ? second : text.find('/', second + 1);
  const auto space = third == std::string::npos ? std::string() : text.substr(first + 1, second - first - 1);
  const auto hash = space.find('#');
  if (third == std::string::npos || third + 1 != text.size() || !space.starts_with('@') || hash == std::string::npos) {
    return bad_spec(field.where, "\"" + text + "\" is not of the form provider/@uuid#namespace/bucket/");
  }
  BRYO_TRY(provider, canonical_provider(std::string_view(text).substr(0, first)));
  return BucketName{provider, space.substr(1, hash - 1), space.substr(hash + 1),
                    text.substr(second + 1, third - second - 1)};
}

/// Standard or URL-safe alphabet, padding or none.
Result<std::string> parse_base64(const Field& field) {
  BRYO_TRY(text, field.text());
  std::string bytes;
  std::uint32_t group = 0;
  unsigned bits = 0;
  while (text.ends_with('=')) text.pop_back();
  for (const char c : text) {
    static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const auto value = kAlphabet.find(c == '-' ? '+' : c == '_' ? '/' : c);
    if (value == std::string_view::npos) return bad_spec(field.where, "not base64");
    group = (group << 6U) | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push_back(static_cast<char>((group >> bits) & 255U));
    }
  }
  return bytes;
}

Result<client::BatchEntry> parse_entry(const Json& json, std::size_t index, bool yaml) {
  const auto label = "in[" + std::to_string(index) + "]";
  if (!json.is_object()) return bad_spec(label, "expected an object with \"objname\"");
  client::BatchEntry entry;
  std::optional<BucketName> whole;
  BucketName named;
  for (const auto& [name, value] : json.items()) {
    const Field field{label + "." + name, value, yaml};
    BRYO_TRY(key, entry_key(name));
    switch (key) {
      case EntryKey::Object: {
        BRYO_TRY(text, field.text());
        entry.object = std::move(text);
        break;
      }
      case EntryKey::Bucket: {
        BRYO_TRY(text, field.text());
        named.name = std::move(text);
        break;
      }
      case EntryKey::Provider: {
        BRYO_TRY(text, field.text());
        BRYO_TRY(provider, canonical_provider(text));
        named.provider = std::move(provider);
        break;
      }
      case EntryKey::Uname: {
        BRYO_TRY(bucket, parse_uname(field));
        whole = std::move(bucket);
        break;
      }
      case EntryKey::ArchPath: {
        BRYO_TRY(text, field.text());
        entry.archpath = std::move(text);
        break;
      }
      case EntryKey::Opaque: {
        BRYO_TRY(bytes, parse_base64(field));
        entry.opaque = std::move(bytes);
        break;
      }
      case EntryKey::Start: {
        BRYO_TRY(number, field.integer());
        entry.range.start = number;
        break;
      }
      case EntryKey::Length: {
        BRYO_TRY(number, field.integer());
        entry.range.length = number;
        break;
      }
    }
  }
  if (entry.object.empty()) return bad_spec(label, "no \"objname\"");
  // As on the wire: `uname` wins, and `provider` means nothing without `bucket`.
  if (whole) {
    entry.bucket = whole;
  } else if (!named.name.empty()) {
    entry.bucket = named;
  }
  return entry;
}

Status apply_field(BatchSpec& spec, RequestKey key, const Field& field) {
  switch (key) {
    case RequestKey::In: {
      if (!field.value.is_array()) return bad_spec(field.where, "expected a list of entries");
      for (std::size_t i = 0; i < field.value.size(); ++i) {
        BRYO_TRY(entry, parse_entry(field.value[i], i, field.yaml));
        spec.entries.push_back(std::move(entry));
      }
      return {};
    }
    case RequestKey::Format: {
      BRYO_TRY(text, field.text());
      if (text.empty()) return {};
      BRYO_TRY(format, client::parse_format(text));
      spec.format = format;
      return {};
    }
    case RequestKey::Colocation: {
      BRYO_TRY(number, field.integer());
      if (number < 0 || number > 2) return bad_spec(field.where, "expected 0, 1 or 2");
      spec.colocation = static_cast<int>(number);
      return {};
    }
    case RequestKey::ContinueOnError:
    case RequestKey::OnlyObjectName:
    case RequestKey::Streaming:
      break;
  }
  BRYO_TRY(flag, field.boolean());
  auto& target = key == RequestKey::ContinueOnError  ? spec.continue_on_error
                 : key == RequestKey::OnlyObjectName ? spec.only_object_name
                                                     : spec.streaming;
  target = flag;
  return {};
}

}  // namespace

Result<BatchSpec> parse_batch_spec(std::string_view text) {
  if (text.size() > kMaxSpec) return bad_spec("text", "longer than 1 MiB");
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return bad_spec("text", "empty");
  const bool yaml = text[first] != '{';
  BRYO_TRY(json, yaml ? parse_yaml(std::string(text)) : parse_strict_json(text));
  if (!json.is_object()) return bad_spec("text", "expected keys and values, with the entries under \"in\"");
  BatchSpec spec;
  for (const auto& [name, value] : json.items()) {
    BRYO_TRY(key, request_key(name));
    BRYO_CHECK(apply_field(spec, key, {name, value, yaml}));
  }
  return spec;
}

Result<std::string> load_batch_spec(const std::string& value) {
  if (value == "-") {
    StandardInput input;
    auto text = client::read_all(input, kMaxSpec);
    if (!text && text.error().code() == Errc::TooLarge) return bad_spec("standard input", "longer than 1 MiB");
    return text;
  }
  std::error_code ignored;
  if (std::filesystem::exists(value, ignored)) {
    BRYO_TRY(file, client::FileBody::open(value));
    if (file.size().value_or(0) > kMaxSpec) return bad_spec(value, "longer than 1 MiB");
    return client::read_all(file, kMaxSpec);
  }
  if (value.find_first_of("{:\n") != std::string::npos) return value;
  return Error(Errc::NotFound, "there is no file " + value + ", and it is no specification either");
}

}  // namespace bryo::cli
