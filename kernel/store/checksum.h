#pragma once

/// Content checksums of the wire (data-protection.md section 2).

#include <bryo/bytes.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace bryo::kernel {

/// `Xxhash` and `Xxhash2` are the same function (XXH64, seed 0) under two labels.
enum class ChecksumType : std::uint8_t { None, Xxhash, Xxhash2, Md5, Crc32c, Sha256, Sha512 };

/// The label on the wire: "none", "xxhash2", ...
std::string_view to_string(ChecksumType type) noexcept;

/// Fails with InvalidArgument naming the types there are. The empty text is `None`.
Result<ChecksumType> parse_checksum_type(std::string_view label);

/// One checksum while it is computed. Movable; one thread at a time.
class Checksum {
 public:
  explicit Checksum(ChecksumType type);
  Checksum(Checksum&&) noexcept;
  Checksum& operator=(Checksum&&) noexcept;
  ~Checksum();

  [[nodiscard]] ChecksumType type() const noexcept { return type_; }
  void update(BytesView bytes);
  /// The same computation so far, which goes its own way from here.
  [[nodiscard]] Checksum fork() const;
  /// The value of all bytes so far as lower-case hex; empty for `None`. Ends the computation.
  [[nodiscard]] std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;  // null for None
  ChecksumType type_;
};

/// A CRC-32C as the wire writes it.
std::string crc32c_text(std::uint32_t crc);

/// The checksum of bytes that are all at hand.
std::string checksum_of(ChecksumType type, BytesView bytes);

}  // namespace bryo::kernel
