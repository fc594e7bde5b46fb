#pragma once

/// The 512-byte header block of TAR: where its fields lie, how numbers are written in it, its checksum
/// (POSIX.1-1988 ustar, POSIX.1-2001 pax, GNU). Pure.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bryo::tar {

inline constexpr std::size_t kBlock = 512;

/// A field of the header block.
struct Field {
  std::size_t offset;
  std::size_t size;
};
inline constexpr Field kName{0, 100};
inline constexpr Field kMode{100, 8};
inline constexpr Field kUid{108, 8};
inline constexpr Field kGid{116, 8};
inline constexpr Field kSize{124, 12};
inline constexpr Field kMtime{136, 12};
inline constexpr Field kChecksum{148, 8};
inline constexpr Field kType{156, 1};
inline constexpr Field kMagic{257, 8};  ///< with the version behind it
inline constexpr Field kDeviceMajor{329, 8};
inline constexpr Field kDeviceMinor{337, 8};
inline constexpr Field kPrefix{345, 155};
inline constexpr Field kStarTrailer{508, 4};

inline constexpr std::string_view kUstarMagic{
    "ustar\0"
    "00",
    8};
inline constexpr std::string_view kGnuMagic{"ustar  \0", 8};

/// Type flags.
inline constexpr char kRegular = '0';
inline constexpr char kRegularV7 = '\0';
inline constexpr char kHardLink = '1';
inline constexpr char kFifo = '6';
inline constexpr char kContiguous = '7';
inline constexpr char kPaxHeader = 'x';
inline constexpr char kPaxGlobal = 'g';
inline constexpr char kGnuLongName = 'L';
inline constexpr char kGnuLongLink = 'K';
inline constexpr char kGnuSparse = 'S';

/// Contents of extended headers and long names; more is refused.
inline constexpr std::uint64_t kMaxSpecialSize = 1 << 20;

/// One header block as it was read.
class HeaderView {
 public:
  explicit HeaderView(const std::byte* block) : block_(reinterpret_cast<const char*>(block)) {}

  [[nodiscard]] bool all_zero() const noexcept;
  /// Whether the checksum matches, summed with unsigned or (old writers) signed bytes.
  [[nodiscard]] bool checksum_matches() const noexcept;
  [[nodiscard]] char type() const noexcept { return byte(kType.offset); }
  [[nodiscard]] char byte(std::size_t offset) const noexcept { return block_[offset]; }
  /// Size of the content; nullopt when the field is no number, is negative, or exceeds 63 bits.
  [[nodiscard]] std::optional<std::uint64_t> size() const noexcept;
  /// The name of prefix and name field.
  [[nodiscard]] std::string name() const;
  /// Appends the same to `out`, without an allocation of its own.
  void append_name(std::string& out) const;

 private:
  [[nodiscard]] std::string_view text(Field field) const noexcept;
  [[nodiscard]] std::string_view prefix() const noexcept;

  const char* block_;
};

/// Writes `value` as zero-padded octal digits with a closing NUL. It must fit.
void put_octal(std::span<char> field, std::uint64_t value) noexcept;

/// The most that fits the size field in octal: 8 GiB - 1.
inline constexpr std::uint64_t kMaxOctalSize = (std::uint64_t{1} << 33) - 1;

/// Bytes from the end of `size` bytes of content to the next block.
constexpr std::size_t padding(std::uint64_t size) noexcept { return static_cast<std::size_t>(-size % kBlock); }

}  // namespace bryo::tar
