#pragma once

#include <bryo/client/byte_stream.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::client {

/// Writes a ZIP as get-batch does (get-batch.md section 6): stored members with data descriptors, so that nothing must
/// be known of a member but its size; ZIP64 where a size, an offset or the count needs it. Holds the names until
/// `finish`, which writes the directory.
class ZipWriter {
 public:
  /// `sink` must outlive the writer.
  explicit ZipWriter(ByteSink& sink) : sink_(sink) {}

  /// Begins a file of exactly `size` bytes; the one before must be complete. Fails if `name` is empty, holds a NUL, or
  /// has more than 65,535 bytes.
  Status begin(std::string_view name, std::uint64_t size);
  /// Bytes of the current file. Fails beyond its size.
  Status write(std::span<const std::byte> bytes);
  /// The directory; nothing can follow.
  Status finish();

 private:
  struct Member {
    std::string name;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::uint32_t crc = 0;
  };
  Status complete();
  Status send(std::string_view bytes);

  ByteSink& sink_;
  std::vector<Member> members_;
  std::uint64_t offset_ = 0;
  std::uint64_t left_ = 0;
  bool open_ = false;
};

}  // namespace bryo::client
