#pragma once

/// The archive of one job while it is written, and the object that it becomes.

#include <bryo/archive_pieces.h>
#include <bryo/host.h>

#include <cstdint>
#include <memory>
#include <string>

namespace bryo::archive_job {

/// One coroutine at a time. Nothing is visible before `finish` succeeded; destroyed without it, it leaves no trace.
class ArchiveOutput {
 public:
  /// Bytes that are given to the writer and to the object at once.
  static constexpr std::size_t kChunk = 256 << 10;
  /// Memory that one takes at most.
  static std::uint64_t memory() { return 4 * kChunk + ArchivePieces::default_limit() * kChunk; }

  /// `pool` outlives it; `executor` is that of the coroutine.
  ArchiveOutput(std::unique_ptr<ArchiveWriter> writer, std::unique_ptr<ObjectWriter> object, BlockingPool& pool,
                Executor executor)
      : writer_(std::move(writer)),
        object_(std::move(object)),
        pieces_(*writer_, pool, std::move(executor)),
        out_(2 * kChunk) {}

  /// Bytes that stand as they are, before the first member.
  Task<Status> keep(BytesView bytes) { return object_->write(bytes); }
  Task<Status> begin(std::string name, std::uint64_t size);
  /// At most kChunk bytes.
  Task<Status> content(BytesView bytes);
  Task<Status> end();
  /// Ends the archive; it is complete, but for `commit`.
  Task<Status> finish();
  Task<Result<ObjectAttributes>> commit() { return object_->commit(); }

 private:
  /// Takes what is compressed, hands on what is enough for a write.
  Task<Status> advance(std::size_t enough);

  const std::unique_ptr<ArchiveWriter> writer_;
  const std::unique_ptr<ObjectWriter> object_;
  ArchivePieces pieces_;
  ArchiveBuffer out_;
};

}  // namespace bryo::archive_job
