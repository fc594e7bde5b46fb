#pragma once

#include <bryo/result.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace bryo::client {

/// XXH64 with seed 0 of a stream; the wire's `xxhash` and `xxhash2` (http-objects.md section 2).
class Xxhash {
 public:
  Xxhash();
  ~Xxhash();
  Xxhash(Xxhash&&) noexcept;
  Xxhash& operator=(Xxhash&&) noexcept;

  void update(std::span<const std::byte> bytes) noexcept;
  /// 16 lower-case hexadecimal digits.
  [[nodiscard]] std::string hex() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Whether this client can verify a checksum of that wire name.
bool can_verify(std::string_view checksum_type) noexcept;

}  // namespace bryo::client
