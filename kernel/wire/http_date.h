#pragma once

/// Dates of HTTP headers (RFC 9110 section 5.6.7). Pure.

#include <cstdint>
#include <optional>
#include <string_view>

namespace bryo::kernel {

/// Unix seconds of a date in any of the three forms that a recipient must take; nullopt for anything else.
[[nodiscard]] std::optional<std::int64_t> parse_http_date(std::string_view text);

}  // namespace bryo::kernel
