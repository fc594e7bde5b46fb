#include "byte_span.h"

#include <string>

namespace bryo::moss {
namespace {

Error outside(ByteRange range, std::uint64_t size) {
  std::string text = "size=" + std::to_string(size) + ": not satisfiable range [start=" + std::to_string(range.start);
  if (range.length >= 0) text += ",length=" + std::to_string(range.length);
  return {Errc::InvalidArgument, text + "]", "ErrRangeNotSatisfiable"};
}

}  // namespace

Result<ByteSpan> span_of(ByteRange range, std::uint64_t size) {
  if (range == ByteRange()) return ByteSpan{.offset = 0, .size = size};
  const auto start = static_cast<std::uint64_t>(range.start);
  if (start >= size) return outside(range, size);
  if (range.length < 0) return ByteSpan{.offset = start, .size = size - start};
  const auto length = static_cast<std::uint64_t>(range.length);
  if (length > size - start) return outside(range, size);
  return ByteSpan{.offset = start, .size = length};
}

}  // namespace bryo::moss
