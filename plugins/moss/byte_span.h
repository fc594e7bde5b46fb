#pragma once

/// Ranges of a payload (get-batch.md section 8). Pure.

#include <bryo/result.h>

#include <cstdint>

#include "batch_request.h"

namespace bryo::moss {

/// A part of a payload that exists.
struct ByteSpan {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  friend bool operator==(const ByteSpan&, const ByteSpan&) = default;
};

/// What `range` means for a payload of `size` bytes. Fails with status 400 (not 416) and the wire's text when it does
/// not lie inside.
Result<ByteSpan> span_of(ByteRange range, std::uint64_t size);

}  // namespace bryo::moss
