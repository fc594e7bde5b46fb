#pragma once

/// The `Range` header of object reads (http-objects.md section 3, RFC 7233 with one range). Pure.

#include <bryo/result.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bryo::kernel {

/// A part of a body of known size.
struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

/// One range: `bytes=A-B`, `bytes=A-`, `bytes=-N`; an end beyond `size` is clipped. nullopt for an empty header value.
/// Fails with 416: malformed, several ranges, or a start at or beyond `size`. `label` is the object's URI.
Result<std::optional<ByteRange>> parse_range(std::string_view header, std::uint64_t size, std::string_view label);

/// `bytes 8-11/12`; the value of Content-Range in a 206.
[[nodiscard]] std::string content_range(ByteRange range, std::uint64_t size);

}  // namespace bryo::kernel
