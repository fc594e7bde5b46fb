#pragma once

/// The headers inside a TAR stream (POSIX ustar and pax, GNU long names), as much of them as shards use. Pure.

#include <bryo/result.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tar_zst {

inline constexpr std::size_t kBlock = 512;

/// Bytes from the end of `size` bytes of content to the next block.
constexpr std::size_t padding(std::uint64_t size) { return static_cast<std::size_t>(-size % kBlock); }

/// What one header block says.
struct Header {
  std::string name;
  std::uint64_t size = 0;
  char type = '0';
  [[nodiscard]] bool regular() const { return type == '0' || type == '\0' || type == '7'; }
  /// Links, devices, directories, pipes: nothing follows their header, whatever its size says.
  [[nodiscard]] bool without_content() const { return type >= '1' && type <= '6'; }
};

/// nullopt for a block of zeros, which ends the archive. Fails when the block is no header.
bryo::Result<std::optional<Header>> parse_header(std::string_view block);

/// What the pax records in front of a member say about it.
struct Overrides {
  std::optional<std::string> name{};
  std::optional<std::uint64_t> size{};
};
bryo::Result<Overrides> parse_pax(std::string_view records);

/// The header of a regular file; with a pax header in front when the name is longer than 100 bytes or not ASCII, or the
/// size exceeds what the field holds. Fails for names that TAR cannot hold.
bryo::Result<std::string> make_header(std::string_view name, std::uint64_t size);
/// The most bytes that make_header answers.
constexpr std::size_t max_header(std::size_t name_size) { return 4 * kBlock + name_size + 64; }

}  // namespace tar_zst
