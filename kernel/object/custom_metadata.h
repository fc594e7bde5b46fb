#pragma once

/// Custom metadata as requests carry it (http-objects.md sections 2 and 5). Pure.

#include <bryo/http.h>
#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bryo::kernel {

using CustomMetadata = std::vector<std::pair<std::string, std::string>>;

/// Keys and values together, in bytes.
inline constexpr std::size_t kMaxCustomMetadata = 2048;

/// From the repeated header `Ais-Custom-Md: key=value`; nullopt when there is none. Fails with 400. `uri` names the
/// object in failures.
Result<std::optional<CustomMetadata>> custom_of_headers(const Headers& headers, std::string_view uri);

/// From the `value` of a PATCH: an object of strings. Fails with 400.
Result<CustomMetadata> custom_of_json(const nlohmann::json& value, std::string_view uri);

}  // namespace bryo::kernel
