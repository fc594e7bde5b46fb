#include <kernel/wire/action_message.h>

#include <bryo/http.h>
#include <kernel/wire/bucket_text.h>

#include <algorithm>
#include <charconv>

namespace bryo::kernel {
namespace {

Error unmarshal_error(std::string_view what, std::string_view why) {
  return Error(Errc::InvalidArgument, "failed to unmarshal " + std::string(what) + ", err: " + std::string(why));
}

const nlohmann::json& null_json() {
  static const nlohmann::json kNull = nlohmann::json::object();
  return kNull;
}

/// Copies and printing recurse, so nesting is bounded before anything is built. No message of the wire nests deeper.
constexpr int kMaxDepth = 64;

bool nested_deeper(std::string_view body) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxDepth) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

}  // namespace

Result<nlohmann::json> parse_json(std::string_view body, std::string_view what) {
  if (body.empty()) return unmarshal_error(what, "EOF");
  if (nested_deeper(body)) return unmarshal_error(what, "nested deeper than " + std::to_string(kMaxDepth) + " levels");
  try {
    return nlohmann::json::parse(body);
  } catch (const nlohmann::json::exception& e) {
    std::string why = e.what();
    if (const auto bracket = why.find("] "); bracket != std::string::npos) why.erase(0, bracket + 2);
    if (why.size() > 300) why.resize(300);
    return unmarshal_error(what, why);
  }
}

Result<ActionMessage> parse_action(std::string_view body, std::string_view verb) {
  const std::string what = "[*apc.ActMsg] (" + std::string(verb) + ")";
  BRYO_TRY(json, parse_json(body, what));
  if (!json.is_object()) return unmarshal_error(what, "expecting an object");
  ActionMessage message;
  const nlohmann::json* value = nullptr;
  BRYO_CHECK(MessageReader(json, what)
                 .text("action", message.action)
                 .text("name", message.name)
                 .any("value", value)
                 .finish_lenient());
  if (value != nullptr) message.value = *value;
  return message;
}

Error invalid_action(std::string_view action) {
  return Error(Errc::InvalidArgument, "invalid action \"" + std::string(action.substr(0, 120)) + "\"");
}

MessageReader::MessageReader(const nlohmann::json& json, std::string_view type)
    : json_(json.is_null() ? null_json() : json), type_(type) {
  if (!json_.is_object()) failure_ = unmarshal_error(type_, "expecting an object");
}

const nlohmann::json* MessageReader::take(std::string_view name) {
  if (failure_) return nullptr;
  const nlohmann::json* found = nullptr;
  for (const auto& [key, value] : json_.items()) {
    if (!Headers::equal_names(key, name)) continue;
    taken_.push_back(&value);
    found = &value;  // of spellings that differ in case the last one wins, as in the reference
  }
  return found == nullptr || found->is_null() ? nullptr : found;
}

void MessageReader::fail(std::string_view name, std::string_view expected) {
  failure_ = unmarshal_error(type_, "field \"" + std::string(name) + "\": expecting " + std::string(expected));
}

MessageReader& MessageReader::text(std::string_view name, std::string& out) {
  if (const auto* value = take(name)) {
    if (value->is_string()) {
      out = value->get_ref<const std::string&>();
    } else {
      fail(name, "a string");
    }
  }
  return *this;
}

MessageReader& MessageReader::texts(std::string_view name, std::vector<std::string>& out) {
  const auto* value = take(name);
  if (value == nullptr) return *this;
  const bool good =
      value->is_array() && std::all_of(value->begin(), value->end(), [](const auto& v) { return v.is_string(); });
  if (!good) {
    fail(name, "an array of strings");
    return *this;
  }
  for (const auto& item : *value) out.push_back(item.get<std::string>());
  return *this;
}

MessageReader& MessageReader::boolean(std::string_view name, bool& out) {
  if (const auto* value = take(name)) {
    if (value->is_boolean()) {
      out = value->get<bool>();
    } else {
      fail(name, "true or false");
    }
  }
  return *this;
}

MessageReader& MessageReader::integer(std::string_view name, std::int64_t& out) {
  if (const auto* value = take(name)) {
    if (value->is_number_integer() && (!value->is_number_unsigned() || value->get<std::uint64_t>() <= INT64_MAX)) {
      out = value->get<std::int64_t>();
    } else {
      fail(name, "a 64-bit integer");
    }
  }
  return *this;
}

MessageReader& MessageReader::text_number(std::string_view name, std::uint64_t& out) {
  const auto* value = take(name);
  if (value == nullptr) return *this;
  if (value->is_string()) {
    const auto& digits = value->get_ref<const std::string&>();
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    if (error == std::errc{} && end == digits.data() + digits.size()) return *this;
  }
  fail(name, "a string that holds a number, such as \"0\"");
  return *this;
}

MessageReader& MessageReader::text_map(std::string_view name, std::map<std::string, std::string>& out) {
  const auto* value = take(name);
  if (value == nullptr) return *this;
  const bool good =
      value->is_object() && std::all_of(value->begin(), value->end(), [](const auto& v) { return v.is_string(); });
  if (!good) {
    fail(name, "an object of strings");
    return *this;
  }
  for (const auto& [key, text] : value->items()) out[key] = text.get<std::string>();
  return *this;
}

MessageReader& MessageReader::bucket(std::string_view name, BucketName& out) {
  if (const auto* value = take(name)) {
    if (auto parsed = bucket_of_json(*value)) {
      out = *std::move(parsed);
    } else {
      failure_ = parsed.error();
    }
  }
  return *this;
}

MessageReader& MessageReader::any(std::string_view name, const nlohmann::json*& out) {
  if (const auto* value = take(name)) out = value;
  return *this;
}

MessageReader& MessageReader::ignore(std::string_view name) {
  take(name);
  return *this;
}

Status MessageReader::finish() const {
  BRYO_CHECK(finish_lenient());
  for (const auto& [key, value] : json_.items()) {
    if (std::find(taken_.begin(), taken_.end(), &value) == taken_.end()) {
      return unmarshal_error(type_, "found unknown field: " + key.substr(0, 120));
    }
  }
  return {};
}

Status MessageReader::finish_lenient() const {
  if (failure_) return *failure_;
  return {};
}

}  // namespace bryo::kernel
