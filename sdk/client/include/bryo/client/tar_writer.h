#pragma once

#include <bryo/client/byte_stream.h>

#include <cstdint>
#include <string_view>

namespace bryo::client {

/// Writes a TAR as get-batch does (get-batch.md section 6): ustar, a PAX header only for names and sizes that need one,
/// mode 0644, owner and time 0.
class TarWriter {
 public:
  /// `sink` must outlive the writer.
  explicit TarWriter(ByteSink& sink) : sink_(sink) {}

  /// Begins a file of exactly `size` bytes; the one before must be complete. Fails if `name` is empty or holds a NUL.
  Status begin(std::string_view name, std::uint64_t size);
  /// Bytes of the current file. Fails beyond its size.
  Status write(std::span<const std::byte> bytes);
  /// The end blocks; nothing can follow.
  Status finish();

 private:
  Status complete();

  ByteSink& sink_;
  std::uint64_t left_ = 0;
  std::uint64_t padding_ = 0;
};

}  // namespace bryo::client
