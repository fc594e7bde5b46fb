#pragma once

#include <bryo/client/transport.h>
#include <bryo/result.h>

#include <string_view>

namespace bryo::client {

/// Reads the error of an answer (http-api.md section 6): the JSON body, the header `Hdr-Error` of a HEAD, or whatever
/// text came instead. Pure. `request` ("GET /v1/buckets/b") names the call where the server gave no sentence.
Error decode_error(int status, const Headers& headers, std::string_view body, std::string_view request);

/// Reads the trailer `Bryo-Error`: the same JSON, or a sentence.
Error decode_trailer(std::string_view value);

/// The kind of failure that an HTTP status stands for.
Errc code_of_status(int status) noexcept;

}  // namespace bryo::client
