#pragma once

/// A piece of an upload on its way to the disk.

#include <kernel/store/gathered_writes.h>
#include <kernel/store/upload.h>

#include <memory>
#include <string>
#include <utility>

namespace bryo::kernel {

class FileStore;

/// The blocking half. One thread at a time. Without `finish` nothing of it counts.
class PieceDraft {
 public:
  /// Fails with InvalidArgument for a checksum type there is not, OutOfSpace when the disk has no room for the size
  /// hint, NotFound when the upload is gone.
  static Result<std::shared_ptr<PieceDraft>> start(FileStore& store, UploadPtr upload, std::uint32_t number,
                                                   const WriteOptions& options, bool sync);

  Status append(BytesView bytes);
  /// Answers the size of the piece, with what it had before.
  Result<std::uint64_t> finish();

 private:
  PieceDraft(UploadPtr upload, std::uint32_t number, Checksum expected, std::string expected_value, bool sync);
  Status open_new(FileStore& store);
  Status open_grown();
  [[nodiscard]] bool appends() const noexcept { return upload_->record().kind == UploadKind::Append; }
  [[nodiscard]] Error failure(int error, std::string_view what) const;

  const UploadPtr upload_;
  const std::uint32_t number_;
  const bool sync_;
  Checksum expected_;
  const std::string expected_value_;
  Descriptor file_;
  PieceRecord piece_;
  std::optional<Checksum> running_;
};

class PieceWriter final : public ObjectWriter {
 public:
  PieceWriter(std::shared_ptr<PieceDraft> draft, BlockingPool& pool, std::uint64_t size_hint)
      : draft_(std::move(draft)),
        pool_(pool),
        writes_([draft = draft_](BytesView bytes) { return draft->append(bytes); }, pool, size_hint) {}

  Task<Status> write(BytesView bytes) override { return writes_.write(bytes); }
  Task<Result<ObjectAttributes>> commit() override;

 private:
  const std::shared_ptr<PieceDraft> draft_;
  BlockingPool& pool_;
  GatheredWrites writes_;
};

}  // namespace bryo::kernel
