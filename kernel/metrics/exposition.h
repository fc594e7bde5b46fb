#pragma once

/// The Prometheus text format, version 0.0.4: names, labels, numbers. Pure.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bryo::kernel {

/// Label name -> value. Kept sorted by name, which is how the reference prints them.
using Labels = std::vector<std::pair<std::string, std::string>>;

/// `[a-zA-Z_:][a-zA-Z0-9_:]*`
[[nodiscard]] bool is_metric_name(std::string_view name) noexcept;
/// `[a-zA-Z_][a-zA-Z0-9_]*`, not starting with "__", which belongs to Prometheus.
[[nodiscard]] bool is_label_name(std::string_view name) noexcept;
/// Backslash and newline escaped, as a HELP line needs it.
[[nodiscard]] std::string escape_help(std::string_view text);
/// Backslash, newline and double quote escaped. Bytes that are not UTF-8 become U+FFFD: one bad bucket name must not
/// make the whole page unreadable.
[[nodiscard]] std::string escape_label_value(std::string_view text);
/// The shortest text that reads back as the same number; "NaN", "+Inf", "-Inf".
[[nodiscard]] std::string number_text(double value);
/// `{a="1",b="2"}`, or "" without labels; `last` (a bucket's `le`) comes after the sorted ones.
[[nodiscard]] std::string label_text(const Labels& labels, std::string_view last = {});

}  // namespace bryo::kernel
