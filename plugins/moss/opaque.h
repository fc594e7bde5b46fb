#pragma once

/// The base64 of `opaque` (get-batch.md section 2): taken in both alphabets with or without padding, answered in the
/// standard one with padding. Pure.

#include <string>
#include <string_view>

namespace bryo::moss {

/// Whether `text` is base64 in one of the accepted spellings.
[[nodiscard]] bool is_opaque(std::string_view text) noexcept;

/// The canonical spelling of what is_opaque accepted.
[[nodiscard]] std::string canonical_opaque(std::string_view text);

}  // namespace bryo::moss
