#pragma once

/// Times as the wire writes them. Pure; always UTC.

#include <cstdint>
#include <string>
#include <string_view>

namespace bryo::kernel {

/// Layouts in Go's notation, the ones that clients send and the default of list-objects.
inline constexpr std::string_view kLayoutRfc822 = "02 Jan 06 15:04 MST";
inline constexpr std::string_view kLayoutRfc3339 = "2006-01-02T15:04:05Z07:00";
inline constexpr std::string_view kLayoutRfc3339Nano = "2006-01-02T15:04:05.999999999Z07:00";
inline constexpr std::string_view kLayoutHttp = "Mon, 02 Jan 2006 15:04:05 GMT";

/// Formats like Go's `Time.Format`: the reference time's pieces (2006, 01, Jan, 15, .999 ...) are replaced, everything
/// else is copied.
[[nodiscard]] std::string format_go_time(std::int64_t unix_ns, std::string_view layout);

/// Base 36, lower case: the form of `utm` and of the last part of an Etag.
[[nodiscard]] std::string base36(std::uint64_t value);

}  // namespace bryo::kernel
