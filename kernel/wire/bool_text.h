#pragma once

/// Truth values in queries (http-api.md section 4).

#include <optional>
#include <string_view>

namespace bryo::kernel {

/// true false 1 0 yes no on off y n t f, in any case; nullopt for anything else, "" included.
[[nodiscard]] std::optional<bool> bool_of(std::string_view text) noexcept;

}  // namespace bryo::kernel
