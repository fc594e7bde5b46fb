#pragma once

/// Byte ranges and the two ways to move bytes that are too many for memory.

#include <bryo/task.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bryo {

/// Bytes that somebody else owns. As an argument they live until the returned Task ends.
using BytesView = std::span<const std::byte>;
/// Writable bytes that somebody else owns.
using MutableBytes = std::span<std::byte>;

inline BytesView as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
inline std::string_view as_text(BytesView bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A stream of bytes that is pulled, e.g. the body of a request. Not thread-safe: one reader.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Fills at most `out`; 0 = end. Fails with Timeout, or Cancelled when the peer went away.
  virtual Task<Result<std::size_t>> read(MutableBytes out) = 0;
};

/// A number of bytes with units: an option of type Size reads "8MiB", "1GB", "4096".
struct Size {
  std::uint64_t bytes = 0;
  friend constexpr auto operator<=>(Size, Size) = default;
};

inline namespace literals {
constexpr Size operator""_KiB(unsigned long long n) { return {n << 10}; }
constexpr Size operator""_MiB(unsigned long long n) { return {n << 20}; }
constexpr Size operator""_GiB(unsigned long long n) { return {n << 30}; }
}  // namespace literals

}  // namespace bryo
