#pragma once

/// `${NAME}` and `file:PATH` in configured strings, so that secrets need not stand in the file (config-and-cli.md
/// section 7).

#include <bryo/result.h>

#include <string>
#include <string_view>

namespace bryo::kernel {

/// `${NAME}` becomes the environment variable's value, anywhere in the string; `$${` stands for a plain `${`. A string
/// `file:PATH` becomes the content of that file (at most 1 MiB) without its last line end; a relative PATH starts at
/// `directory`. Fails with InvalidArgument naming the variable or the file; the value is never part of the sentence.
Result<std::string> resolve_references(std::string_view text, const std::string& directory);

/// The text that `resolve_references` makes `value` of.
[[nodiscard]] std::string escape_references(std::string_view value);

}  // namespace bryo::kernel
