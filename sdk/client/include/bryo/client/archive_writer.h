#pragma once

#include <bryo/client/archive_format.h>
#include <bryo/client/byte_stream.h>

#include <cstdint>
#include <memory>
#include <string_view>

namespace bryo::client {

/// Writes an archive of any format, file by file, in constant memory (a ZIP keeps its names). Not with libarchive,
/// which translates names by the locale of the process: in locale C a ZIP of it holds "ü" without the mark that it is
/// UTF-8, and others read something else.
class ArchiveWriter {
 public:
  virtual ~ArchiveWriter() = default;
  /// Begins a file of exactly `size` bytes; the one before must be complete. Fails if the format cannot hold the name.
  virtual Status begin(std::string_view name, std::uint64_t size) = 0;
  /// Bytes of the current file. Fails beyond its size.
  virtual Status write(std::span<const std::byte> bytes) = 0;
  /// The end of the archive; nothing can follow.
  virtual Status finish() = 0;
};

/// `sink` must outlive the result.
std::unique_ptr<ArchiveWriter> make_archive_writer(ByteSink& sink, ArchiveFormat format);

}  // namespace bryo::client
