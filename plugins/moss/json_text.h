#pragma once

/// JSON strings, written by hand: the metadata of an answer has a hundred thousand of them. Pure.

#include <bryo/archive_buffer.h>

#include <string>
#include <string_view>

namespace bryo::moss {

/// Appends `text` (UTF-8) in quotes, with '"', '\\' and control characters escaped, nothing else.
void append_json_string(ArchiveBuffer& out, std::string_view text);
void append_json_string(std::string& out, std::string_view text);

}  // namespace bryo::moss
