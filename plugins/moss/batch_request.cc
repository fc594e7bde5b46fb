#include "batch_request.h"

#include <bryo/names.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <tuple>
#include <utility>

#include "opaque.h"

#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

namespace bryo::moss {
namespace {

namespace json = simdjson::ondemand;

static_assert(kBodyPadding >= simdjson::SIMDJSON_PADDING);

/// Values that nobody reads are walked to find errors in them; deeper ones are refused.
constexpr int kMaxDepth = 64;
/// A thread's parser keeps at most the memory for bodies of this size.
constexpr std::size_t kKeptCapacity = 1 << 20;

Error malformed(std::string_view why) {
  return {Errc::InvalidArgument, "failed to unmarshal the get-batch request: " + std::string(why)};
}

Error from(simdjson::error_code code) { return malformed(simdjson::error_message(code)); }

/// Where the string that begins at `text` ends: at its closing quote. Stage 1 has seen that there is one.
std::string_view raw_view(const char* text) noexcept {
  const char* end = text;
  while (*end != '"') end += *end == '\\' ? 2 : 1;
  return {text, static_cast<std::size_t>(end - text)};
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return out;
}

/// The end of the first JSON object in `text`, or npos: brackets are counted, strings skipped.
std::size_t end_of_object(std::string_view text) noexcept {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    switch (text[i]) {
      case '"':
        for (++i; i < text.size() && text[i] != '"'; ++i) i += text[i] == '\\';
        break;
      case '{':
      case '[':
        ++depth;
        break;
      case '}':
      case ']':
        if (--depth <= 0) return i + 1;
        break;
      default:
        break;
    }
  }
  return std::string_view::npos;
}

enum class Key {
  Unknown,
  In,
  Mime,
  ContinueOnError,
  OnlyObjectName,
  Streaming,
  Colocation,
  Object,
  Bucket,
  Provider,
  Uname,
  Archpath,
  Opaque,
  Start,
  Length,
};

struct KeyName {
  std::string_view name;
  Key key;
};
constexpr KeyName kTopKeys[] = {
    {"in", Key::In},          {"mime", Key::Mime},       {"coer", Key::ContinueOnError}, {"onob", Key::OnlyObjectName},
    {"strm", Key::Streaming}, {"coloc", Key::Colocation}};
/// By how often they occur.
constexpr KeyName kEntryKeys[] = {{"objname", Key::Object},    {"archpath", Key::Archpath}, {"bucket", Key::Bucket},
                                  {"provider", Key::Provider}, {"opaque", Key::Opaque},     {"start", Key::Start},
                                  {"length", Key::Length},     {"uname", Key::Uname}};

class Parsing {
 public:
  Parsing(json::parser& parser, std::string_view body, const BatchLimits& limits)
      : parser_(parser), body_(body), limits_(limits) {}

  Result<BatchRequest> run();

 private:
  Status top(json::object object);
  Status flag(Key key, json::value value);
  Status entries(json::value value);
  Status entry(json::value value);
  Status entry_field(Key key, json::value value, BatchEntry& entry, BucketReference& bucket);
  Status check(const BatchEntry& entry);
  std::uint32_t bucket_index(const BucketReference& reference);

  template <std::size_t n>
  Result<Key> key_of(json::field& field, const KeyName (&names)[n]);
  /// A string, "" for null.
  Result<std::string_view> string(json::value value, std::string_view key);
  Result<std::int64_t> integer(json::value value, std::string_view key);
  Result<bool> boolean(json::value value, std::string_view key);
  /// Whether the value is null, and then steps over it.
  Result<bool> null(json::value value);
  Result<std::string_view> unescape(json::raw_json_string raw, std::size_t raw_size);
  /// Finds what is wrong inside a value that is not used.
  Status walk(json::value value, int depth = 0);

  Error wrong(std::string_view key, std::string_view wanted) const;

  json::parser& parser_;
  const std::string_view body_;
  const BatchLimits& limits_;
  BatchRequest request_;
  std::map<std::tuple<std::string_view, std::string_view, std::string_view>, std::uint32_t> bucket_numbers_;
  bool inside_entry_ = false;
};

Result<BatchRequest> Parsing::run() {
  json::document document;
  if (const auto failed =
          parser_.iterate(simdjson::padded_string_view(body_.data(), body_.size(), body_.size() + kBodyPadding))
              .get(document)) {
    return from(failed);
  }
  json::object object;
  if (const auto failed = document.get_object().get(object)) return from(failed);
  BRYO_CHECK(top(object));
  return std::move(request_);
}

Status Parsing::top(json::object object) {
  for (auto item : object) {
    json::field field;
    if (const auto failed = std::move(item).get(field)) return from(failed);
    BRYO_TRY(key, key_of(field, kTopKeys));
    if (key == Key::In) {
      BRYO_CHECK(entries(field.value()));
    } else if (key == Key::Unknown) {
      BRYO_CHECK(walk(field.value()));
    } else {
      BRYO_CHECK(flag(key, field.value()));
    }
  }
  return {};
}

Status Parsing::flag(Key key, json::value value) {
  // A wrong type is no reason to stop; broken JSON is.
  json::json_type type;
  if (const auto failed = value.type().get(type)) return from(failed);
  const auto keep = [&](auto parsed, auto& into) -> Status {
    if (parsed) {
      into = *parsed;
      return {};
    }
    if (!request_.wrong_flag) request_.wrong_flag = parsed.error();
    return type == json::json_type::array || type == json::json_type::object ? walk(value) : Status();
  };
  switch (key) {
    case Key::Mime:
      return keep(string(value, "mime"), request_.mime);
    case Key::ContinueOnError:
      return keep(boolean(value, "coer"), request_.continue_on_error);
    case Key::OnlyObjectName:
      return keep(boolean(value, "onob"), request_.only_object_name);
    case Key::Streaming:
      return keep(boolean(value, "strm"), request_.streaming);
    default: {
      std::int64_t coloc = 0;  // only the query's counts (section 1), but it must fit a byte
      BRYO_CHECK(keep(integer(value, "coloc"), coloc));
      if ((coloc < 0 || coloc > 255) && !request_.wrong_flag) {
        request_.wrong_flag = wrong("coloc", "an integer from 0 to 255");
      }
      return {};
    }
  }
}

Status Parsing::entries(json::value value) {
  request_.entries.clear();
  request_.buckets.clear();
  bucket_numbers_.clear();
  BRYO_TRY(is_null, null(value));
  if (is_null) return {};
  json::array array;
  if (value.get_array().get(array)) return wrong("in", "an array");
  // An entry is rarely shorter: a first guess that saves most of the growing.
  request_.entries.reserve(std::min(limits_.entries, body_.size() / 64 + 1));
  inside_entry_ = true;
  for (auto item : array) {
    json::value element;
    if (const auto failed = std::move(item).get(element)) return from(failed);
    if (request_.entries.size() == limits_.entries) {
      return Error(Errc::TooLarge, "a batch of more than " + std::to_string(limits_.entries) +
                                       " entries: split it, or raise [plugin.moss] max_entries");
    }
    BRYO_CHECK(entry(element));
  }
  inside_entry_ = false;
  return {};
}

Status Parsing::entry(json::value value) {
  json::object object;
  if (value.get_object().get(object)) return wrong("", "an object");
  BatchEntry entry;
  BucketReference bucket;
  for (auto item : object) {
    json::field field;
    if (const auto failed = std::move(item).get(field)) return from(failed);
    BRYO_TRY(key, key_of(field, kEntryKeys));
    if (key == Key::Unknown) {
      BRYO_CHECK(walk(field.value()));
    } else {
      BRYO_CHECK(entry_field(key, field.value(), entry, bucket));
    }
  }
  BRYO_CHECK(check(entry));
  entry.bucket = bucket_index(bucket);
  request_.entries.push_back(entry);
  return {};
}

Status Parsing::entry_field(Key key, json::value value, BatchEntry& entry, BucketReference& bucket) {
  const auto keep = [](auto parsed, auto& into) -> Status {
    if (!parsed) return std::move(parsed).error();
    into = *parsed;
    return {};
  };
  switch (key) {
    case Key::Object:
      return keep(string(value, "objname"), entry.object);
    case Key::Archpath:
      return keep(string(value, "archpath"), entry.archpath);
    case Key::Bucket:
      return keep(string(value, "bucket"), bucket.bucket);
    case Key::Provider:
      return keep(string(value, "provider"), bucket.provider);
    case Key::Uname:
      return keep(string(value, "uname"), bucket.uname);
    case Key::Opaque:
      return keep(string(value, "opaque"), entry.opaque);
    case Key::Start:
      return keep(integer(value, "start"), entry.range.start);
    default:
      return keep(integer(value, "length"), entry.range.length);
  }
}

Status Parsing::check(const BatchEntry& entry) {
  BRYO_CHECK(check_object_name(entry.object));
  if (!entry.archpath.empty()) BRYO_CHECK(check_object_name(entry.archpath, "archpath"));
  const auto [start, length] = entry.range;
  if (start < 0 || length < -1 || (start != 0 && length == 0)) {
    return Error(Errc::InvalidArgument, "invalid range [start=" + std::to_string(start) +
                                            ",length=" + std::to_string(length) + "] of entry " +
                                            std::to_string(request_.entries.size()));
  }
  if (!entry.opaque.empty() && !is_opaque(entry.opaque)) return wrong("opaque", "base64");
  return {};
}

std::uint32_t Parsing::bucket_index(const BucketReference& reference) {
  // Nearly always the bucket of the entry before.
  if (!request_.entries.empty() && request_.buckets[request_.entries.back().bucket] == reference) {
    return request_.entries.back().bucket;
  }
  const auto next = static_cast<std::uint32_t>(request_.buckets.size());
  const auto [known, fresh] =
      bucket_numbers_.try_emplace(std::tuple(reference.bucket, reference.provider, reference.uname), next);
  if (fresh) request_.buckets.push_back(reference);
  return known->second;
}

template <std::size_t n>
Result<Key> Parsing::key_of(json::field& field, const KeyName (&names)[n]) {
  const char* raw = field.key().raw();
  for (const auto& known : names) {
    if (std::memcmp(raw, known.name.data(), known.name.size()) == 0 && raw[known.name.size()] == '"') return known.key;
  }
  const auto view = raw_view(raw);
  BRYO_TRY(text, unescape(field.key(), view.size()));
  const auto name = lower(text);
  for (const auto& known : names) {
    if (name == known.name) return known.key;
  }
  return Key::Unknown;
}

Result<std::string_view> Parsing::string(json::value value, std::string_view key) {
  json::raw_json_string raw;
  if (value.get_raw_json_string().get(raw) == simdjson::SUCCESS) {
    const char* text = raw.raw();
    const auto* end = static_cast<const char*>(std::memchr(text, '"', body_.data() + body_.size() - text));
    if (std::memchr(text, '\\', end - text) == nullptr) return std::string_view(text, end - text);
    return unescape(raw, raw_view(text).size());
  }
  BRYO_TRY(is_null, null(value));
  if (is_null) return std::string_view();
  return wrong(key, "a string");
}

Result<std::int64_t> Parsing::integer(json::value value, std::string_view key) {
  std::int64_t number = 0;
  if (value.get_int64().get(number) == simdjson::SUCCESS) return number;
  BRYO_TRY(is_null, null(value));
  if (is_null) return std::int64_t{0};
  return wrong(key, "an integer of 64 bits");
}

Result<bool> Parsing::boolean(json::value value, std::string_view key) {
  bool truth = false;
  if (value.get_bool().get(truth) == simdjson::SUCCESS) return truth;
  BRYO_TRY(is_null, null(value));
  if (is_null) return false;
  return wrong(key, "true or false");
}

Result<bool> Parsing::null(json::value value) {
  bool is_null = false;
  if (const auto failed = value.is_null().get(is_null)) return from(failed);
  return is_null;
}

Result<std::string_view> Parsing::unescape(json::raw_json_string raw, std::size_t raw_size) {
  // The parser writes a few bytes more than it answers.
  auto memory = std::make_unique<char[]>(raw_size + simdjson::SIMDJSON_PADDING);
  auto* out = reinterpret_cast<std::uint8_t*>(memory.get());
  std::string_view text;
  if (const auto failed = parser_.unescape(raw, out).get(text)) return from(failed);
  request_.unescaped.push_back(std::move(memory));
  return text;
}

Status Parsing::walk(json::value value, int depth) {
  if (depth > kMaxDepth) return malformed("values nested deeper than " + std::to_string(kMaxDepth));
  json::json_type type;
  if (const auto failed = value.type().get(type)) return from(failed);
  switch (type) {
    case json::json_type::array: {
      json::array array;
      if (const auto failed = value.get_array().get(array)) return from(failed);
      for (auto item : array) {
        json::value element;
        if (const auto failed = std::move(item).get(element)) return from(failed);
        BRYO_CHECK(walk(element, depth + 1));
      }
      return {};
    }
    case json::json_type::object: {
      json::object object;
      if (const auto failed = value.get_object().get(object)) return from(failed);
      for (auto item : object) {
        json::field field;
        if (const auto failed = std::move(item).get(field)) return from(failed);
        BRYO_CHECK(walk(field.value(), depth + 1));
      }
      return {};
    }
    case json::json_type::number: {
      double number = 0;
      if (const auto failed = value.get_double().get(number)) return from(failed);
      return {};
    }
    case json::json_type::string: {
      json::raw_json_string raw;
      if (const auto failed = value.get_raw_json_string().get(raw)) return from(failed);
      return {};
    }
    case json::json_type::boolean: {
      bool truth = false;
      if (const auto failed = value.get_bool().get(truth)) return from(failed);
      return {};
    }
    case json::json_type::null: {
      BRYO_TRY(is_null, null(value));
      return is_null ? Status() : Status(malformed("a value that is none"));
    }
  }
  return malformed("a value that is none");
}

Error Parsing::wrong(std::string_view key, std::string_view wanted) const {
  std::string where;
  if (inside_entry_) where = "entry " + std::to_string(request_.entries.size()) + " of \"in\"";
  if (!key.empty()) where = "\"" + std::string(key) + "\"" + (where.empty() ? "" : " of " + where);
  return malformed(where + " must be " + std::string(wanted));
}

json::parser& thread_parser() {
  thread_local json::parser parser;
  return parser;
}

}  // namespace

Result<BatchRequest> parse_batch_request(std::string_view body, const BatchLimits& limits) {
  const auto attempt = [&limits](std::string_view text) {
    if (text.size() <= kKeptCapacity) return Parsing(thread_parser(), text, limits).run();
    json::parser large;
    return Parsing(large, text, limits).run();
  };
  auto parsed = attempt(body);
  if (!parsed && parsed.error().code() == Errc::InvalidArgument) {
    // What follows the closing brace is nobody's business, but the parser looks at all of it.
    const auto end = end_of_object(body);
    if (end < body.size()) parsed = attempt(body.substr(0, end));
  }
  if (parsed && parsed->entries.empty()) return Error(Errc::InvalidArgument, "moss: empty input");
  return parsed;
}

}  // namespace bryo::moss
