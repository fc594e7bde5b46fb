#pragma once

/// How durations, sizes and truth values are written in the configuration and in the API (config-and-cli.md sections 2
/// and 7). Pure. Failures are InvalidArgument; the sentence says what is accepted.

#include <bryo/option.h>
#include <bryo/result.h>

#include <string>
#include <string_view>

namespace bryo::kernel {

/// Go's form: "1m30s", "500ms", "-1.5h"; a bare number is refused, but for "0".
Result<Duration> parse_duration(std::string_view text);
/// As the cluster configuration prints it: "1m30s", "2h0m", "1m".
[[nodiscard]] std::string duration_text(Duration duration);
/// As Go prints it, and so the reference's messages: "1m30s", "2h0m0s", "1m0s".
[[nodiscard]] std::string go_duration_text(Duration duration);

/// "64MiB" (1024s), "1gb" and "1g" (1000s), "4096", "0B"; fractions of a unit are allowed ("1.5GiB").
Result<Size> parse_size(std::string_view text);
/// The largest unit that says it exactly: "64MiB", "1536KiB", "4097B", "0B". Reads back as the same number.
[[nodiscard]] std::string size_text(Size size);

/// true, false, yes, no, on, off, 1, 0 and the rest of the reference's words. Fails with the text and the tcode that
/// its clients see.
Result<bool> parse_bool(std::string_view text);
/// Decimal. Fails with the text and the tcode that clients of the reference see.
Result<std::int64_t> parse_integer(std::string_view text);

}  // namespace bryo::kernel
