#pragma once

#include <bryo/client/byte_stream.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace bryo::client {

struct TarMember {
  std::string name;
  std::uint64_t size = 0;
};

/// Reads a TAR (ustar, PAX, GNU long names) as it arrives, in bounded memory: one header block and at most 1 MiB of
/// extended header. The archive is not trusted: damage is an InvalidArgument naming the byte offset.
class TarReader {
 public:
  /// `input` must outlive the reader.
  explicit TarReader(ByteInput& input) : input_(input) {}

  /// Goes on to the next regular file (skipping what is left of this one, and folders, links, devices). Nothing = the
  /// end of the archive; an archive that stops without its end blocks is an error.
  Result<std::optional<TarMember>> next();
  /// Bytes of the current member; 0 = its end.
  Result<std::size_t> read(std::span<std::byte> out);
  /// After the end: takes what follows the end blocks, so that the connection can be used again.
  Status drain();

 private:
  struct Extended {
    std::string name;
    std::optional<std::uint64_t> size;
  };
  Result<bool> fill(std::span<std::byte> out);
  Status skip(std::uint64_t bytes);
  Result<std::string> read_extended(std::uint64_t size);
  Status apply_pax(std::string_view records, Extended& into) const;
  Error damaged(std::string_view what) const;

  ByteInput& input_;
  std::uint64_t offset_ = 0;  ///< of the next byte of the archive
  std::uint64_t left_ = 0;    ///< of the current member
  std::uint64_t padding_ = 0;
  bool ended_ = false;
};

}  // namespace bryo::client
