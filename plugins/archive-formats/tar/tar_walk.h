#pragma once

/// One pass over the headers of a TAR, whether it lies in a file or comes out of a decoder.

#include <bryo/bytes.h>
#include <bryo/member_index.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bryo::tar {

/// The bytes of a TAR, front to back. Blocks; one thread.
class TarInput {
 public:
  virtual ~TarInput() = default;
  /// The next `n` bytes (at most kMaxSpecialSize), valid until the next call; fewer where the stream ends. Fails as the
  /// disk does, or with InvalidArgument where the stream is damaged.
  virtual Result<BytesView> read(std::size_t n) = 0;
  /// Passes over `n` bytes; answers how many there were.
  virtual Result<std::uint64_t> skip(std::uint64_t n) = 0;
  /// Bytes read and passed over so far.
  [[nodiscard]] virtual std::uint64_t position() const = 0;
};

/// Hands every regular file to `members`, at its position in the input; `stored` if that is its place in the archive.
/// Links, directories and devices are passed over, sparse files are told to be unreadable. Answers where the last entry
/// of any kind ends, with its padding as far as it is there: another member may follow. Fails as
/// `ArchiveReader::index`.
Result<std::uint64_t> walk_tar(TarInput& input, std::string_view label, bool stored, MemberSink& members);

/// For walks of which nobody wants the members: takes them and keeps nothing.
MemberSink& no_members();

}  // namespace bryo::tar
