#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace bryo::cli {

/// Object keys in the order they were written.
using JsonOut = nlohmann::ordered_json;

/// Bytes that are no UTF-8 (names may be any) become U+FFFD rather than an exception.
inline std::string to_text(const JsonOut& json, int indent = 2) {
  return json.dump(indent, ' ', false, JsonOut::error_handler_t::replace);
}

/// Whether JSON can hold `text` as it is.
inline bool is_utf8(const std::string& text) {
  const JsonOut json(text);
  return to_text(json) == json.dump(2, ' ', false, JsonOut::error_handler_t::ignore);
}

}  // namespace bryo::cli
