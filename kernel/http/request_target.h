#pragma once

/// The request target of an HTTP request.

#include <bryo/http.h>

#include <string>
#include <string_view>

namespace bryo::kernel {

/// Most query keys in one request (http-api.md section 4).
inline constexpr std::size_t kMaxQueryKeys = 100;

/// Sets `path` (percent-decoded once; '+' is a plus) and `query` (decoded, '+' is a space; keys that start with
/// `X-Amz-` left out) from a target in origin or absolute form; "*" stays "*". Pure. Fails with InvalidArgument on a
/// bad escape, a NUL, another form, or too many keys.
Status parse_request_target(std::string_view target, std::string& path, Query& query);

}  // namespace bryo::kernel
