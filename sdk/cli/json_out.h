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

}  // namespace bryo::cli
