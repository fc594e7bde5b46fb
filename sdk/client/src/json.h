#pragma once

/// nlohmann::json without its exceptions: the one place where documents of the wire are taken apart.

#include <bryo/result.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace bryo::client {

using Json = nlohmann::json;

/// Fails naming `what` if `text` is no JSON.
Result<Json> parse_json(std::string_view text, std::string_view what);
/// JSON, or msgpack if that is what `content_type` says.
Result<Json> parse_document(std::string_view bytes, std::string_view content_type, std::string_view what);
/// Fails if a string is not UTF-8, naming `what`.
Result<std::string> dump_json(const Json& json, std::string_view what);

/// The member `key`, or null if `json` is no object or has none.
const Json& member(const Json& json, const char* key);
/// Strings as they are, numbers as text; else empty.
std::string text_at(const Json& json, const char* key);
/// Numbers, and numbers inside strings (the wire has both); else 0.
std::uint64_t number_at(const Json& json, const char* key);
std::int64_t signed_at(const Json& json, const char* key);
bool flag_at(const Json& json, const char* key);

/// Standard alphabet, padded.
std::string base64_encode(std::string_view bytes);
/// Both alphabets, with or without padding; nothing decodable gives an empty string.
std::string base64_decode(std::string_view text);

}  // namespace bryo::client
