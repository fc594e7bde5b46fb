#pragma once

/// What a client of an append sends back with each call (http-objects.md section 6). Pure.

#include <bryo/result.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace bryo::kernel {

/// `TARGET|UPLOAD|SIZE`: opaque to clients; the first part tells a gateway where to send the call. The size is what had
/// been appended when the handle was given, so that each handle can be used once.
struct AppendHandle {
  std::string target{};
  std::string upload{};
  std::uint64_t size = 0;
};

[[nodiscard]] std::string format_append_handle(const AppendHandle& handle);
/// Fails with 400: `invalid APPEND handle: "X"`.
Result<AppendHandle> parse_append_handle(std::string_view text);

}  // namespace bryo::kernel
