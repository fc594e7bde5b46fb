#pragma once

/// The header of an HTTP/1.1 response as bytes.

#include <bryo/http.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace bryo::kernel {

/// How the end of a body is told.
enum class Framing : std::uint8_t {
  None,        ///< there is no body, and its length is not told (1xx, 204, 304, HEAD without a length)
  Length,      ///< Content-Length
  Chunked,     ///< Transfer-Encoding: chunked
  UntilClose,  ///< HTTP/1.0: the connection ends
};

struct HeadOptions {
  Framing framing = Framing::Length;
  std::uint64_t length = 0;
  std::string_view connection{};  ///< "close", "keep-alive", or nothing
  std::string_view request_id{};
};

/// The phrase clients of the reference see: "Not Found". "Status" for numbers nobody registered.
std::string_view reason_phrase(int status) noexcept;

/// The current `Date` value, made once a second. Valid until the calling thread asks again.
std::string_view http_date();

/// Appends status line, the response's fields, Date, X-Request-Id and framing. The caller decides the framing: fields
/// of the response that would contradict it are left out. Control characters in values become spaces, so that no value
/// can end the header.
void append_head(std::string& out, const Response& response, const HeadOptions& options);

/// Appends one field line, for trailers. Control characters become spaces.
void append_field(std::string& out, std::string_view name, std::string_view value);

}  // namespace bryo::kernel
