#pragma once

/// JSON strings as the reference writes them. Pure.

#include <string>
#include <string_view>

namespace bryo::kernel {

/// Whether `text` is well-formed UTF-8 (Unicode 15, table 3-7): what JSON and msgpack can carry.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// Appends `text` in quotes. Control characters, quotes and backslashes are escaped, `<>&` are not; bytes that are no
/// UTF-8 become U+FFFD, so that the document stays valid whatever an object is called.
void append_json_string(std::string& out, std::string_view text);

}  // namespace bryo::kernel
