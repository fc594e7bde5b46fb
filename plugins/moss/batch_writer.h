#pragma once

/// Outcomes of entries -> members of an archive -> the connection.

#include <bryo/archive.h>
#include <bryo/archive_pieces.h>
#include <bryo/http.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "entry_source.h"

namespace bryo::moss {

/// When bytes leave. In bytes.
struct WriteSizes {
  std::size_t first_flush = 256 << 10;  ///< small: the client shall have something soon
  std::size_t flush = 1 << 20;
  std::uint64_t send_from = 128 << 10;  ///< payloads this large go from file to socket, where the format allows
};

/// Gathers headers and small payloads in one buffer that is sent as a whole; sends large payloads past it. What the
/// archive format does with payloads (PayloadMode) decides how much of that is possible; what it compresses in pieces
/// is compressed by several threads at once. Used by one coroutine.
class BatchWriter {
 public:
  /// `out` may hold bytes that precede the archive. All arguments outlive this.
  BatchWriter(std::unique_ptr<ArchiveWriter> archive, ArchiveBuffer& out, BodySink& sink, BlockingPool& pool,
              WriteSizes sizes);

  /// Appends a whole member without waiting. nullopt: `append` must be awaited. A failure is the member's: its payload
  /// could not be read, and nothing of it is in the archive.
  std::optional<Status> try_append(std::string_view name, const EntryOutcome& outcome);

  /// The same with waiting. `Failed` is the member's, for the reason `failure`; an Error is that of the whole answer:
  /// the client is gone, or the member failed after a part of it had been sent.
  enum class Appended { Whole, Failed };
  Task<Result<Appended>> append(std::string name, EntryOutcome outcome);
  [[nodiscard]] const Error& failure() const noexcept { return failure_; }

  /// Appends a whole member as its shard, which has the format of the answer, holds it. False: that is not possible, or
  /// what is there is damaged; nothing was appended, and decoding tells. An Error is that of the whole answer.
  Task<Result<bool>> append_packed(std::string name, EncodedSlice slice);

  /// It is time to await `flush`.
  [[nodiscard]] bool flush_due() const noexcept { return enough_to_send() || uncompressed_ >= kCompressFrom; }
  /// Sends what has been gathered, if that is enough; waits while as much is being compressed as may be.
  Task<Status> flush();
  /// Sends what is there.
  Task<Status> send();
  /// Something has been given to the connection: the status cannot be changed any more.
  [[nodiscard]] bool sent() const noexcept { return sent_; }

  /// Ends the archive, appends `tail` behind it, and sends what is left.
  Task<Status> finish(std::string_view tail = {});

 private:
  /// Bytes of members that are given away to be compressed together.
  static constexpr std::uint64_t kCompressFrom = 128 << 10;

  [[nodiscard]] bool enough_to_send() const noexcept {
    return out_.size() >= (sent_ ? sizes_.flush : sizes_.first_flush);
  }
  [[nodiscard]] bool verbatim() const noexcept { return archive_->payload() == PayloadMode::Verbatim; }
  std::optional<Status> try_append_verbatim(std::string_view name, const EntryOutcome& outcome);
  std::optional<Status> try_append_seen(std::string_view name, const EntryOutcome& outcome);
  Task<Result<Appended>> append_verbatim(std::string name, EntryOutcome outcome);
  Task<Result<Appended>> append_seen(std::string name, EntryOutcome outcome);
  /// Where the member lies in its shard; the shard's reader may block.
  Task<Result<std::uint64_t>> packed_offset(const EncodedSlice& slice);
  Appended failed(Error why);
  Status begin_seen(std::string_view name, std::uint64_t size);
  Status pass_through(BytesView piece);
  /// Undoes `begin`.
  void drop(std::size_t mark);
  /// Made when it is first needed, on the coroutine that writes.
  Task<ArchivePieces*> pieces();

  const std::unique_ptr<ArchiveWriter> archive_;
  ArchiveBuffer& out_;
  BodySink& sink_;
  BlockingPool& pool_;
  const WriteSizes sizes_;
  std::optional<ArchivePieces> pieces_;
  std::uint64_t uncompressed_ = 0;  ///< bytes that the archive was given since it was asked for pieces
  ArchiveBuffer scratch_;           ///< payloads that the format must see
  Error failure_;
  bool sent_ = false;
};

}  // namespace bryo::moss
