#pragma once

/// One piece of a gzip file, compressed by itself: pieces put together are one gzip member (RFC 1952). The libraries'
/// errors end here, as values.

#include <bryo/archive_buffer.h>
#include <bryo/result.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace bryo::tgz {

/// Memory of ISA-L's compressors, some 400 KiB each, kept for the next piece. Thread-safe.
class DeflatePool {
 public:
  struct Deflater;
  struct Free {
    void operator()(Deflater* deflater) const noexcept;
  };
  using Handle = std::unique_ptr<Deflater, Free>;

  Handle take();
  void give_back(Handle deflater);

 private:
  std::mutex mutex_;
  std::vector<Handle> free_;
};

/// What a piece is made of. Immutable.
struct DeflatePiece {
  ArchiveBuffer bytes;      ///< the content, and before it `known` bytes that the piece before ended with
  std::size_t known = 0;    ///< at most 32 KiB; the piece may refer to them
  int level = 1;            ///< of gzip: 1 to 3 are ISA-L's levels of these numbers, others zlib's
  bool first = false;       ///< begins with the header: get-batch.md section 6
  bool last = false;        ///< ends with checksum and size
  std::uint32_t crc = 0;    ///< for the last one: of the content of all pieces
  std::uint64_t total = 0;  ///< for the last one: its size

  /// Appends the compressed piece to `out`. Any thread.
  Status compress(DeflatePool& pool, ArchiveBuffer& out) const;
};

}  // namespace bryo::tgz
