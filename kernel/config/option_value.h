#pragma once

/// The value of an option whatever its type, and how it reads and is written. Pure.

#include <bryo/option.h>
#include <bryo/result.h>
#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace bryo::kernel {

/// The types of OptionSpec.
using OptionValue = std::variant<bool, std::int64_t, double, Size, Duration, std::string, std::vector<std::string>>;

/// "true or false", "an integer", "a duration such as \"1m30s\"": what a message says is expected.
[[nodiscard]] std::string_view expected_type(const OptionValue& like);
/// One word for tables: "bool", "integer", "number", "size", "duration", "string", "list".
[[nodiscard]] std::string_view type_word(const OptionValue& like);

/// As a TOML value: `"20s"`, `8`, `["a", "b"]`. Strings are escaped so that reading gives the same value back.
[[nodiscard]] std::string toml_text(const OptionValue& value);
/// A TOML basic string.
[[nodiscard]] std::string toml_quoted(std::string_view text);
/// As a bound in a message: "1m0s", "64MiB", "8".
[[nodiscard]] std::string bound_text(const OptionValue& value);
/// As the API shows it: durations and sizes as the reference's strings.
[[nodiscard]] nlohmann::json json_value(const OptionValue& value);

/// From the API's text (`set-config?name=text`) into the type of `like`; lists are comma separated.
Result<OptionValue> option_value_of(std::string_view text, const OptionValue& like);

}  // namespace bryo::kernel
