#pragma once

/// An archive while it is written, whatever its format does with the content of members.

#include <bryo/archive.h>

#include <cstdint>
#include <memory>
#include <string_view>

namespace bryo {

/// Gathers what a writer makes until the owner has sent it and clears `bytes`. What compresses belongs on the pool for
/// blocking work; pieces that the writer leaves to others (ArchiveWriter::next_piece) are the owner's. One thread at a
/// time.
class ArchiveOutput {
 public:
  /// Fails as the writer does.
  explicit ArchiveOutput(std::unique_ptr<ArchiveWriter> writer) : writer_(std::move(writer)) {}

  Result<bool> carry_over() { return writer_->carry_over(bytes_); }
  Status begin(std::string_view name, std::uint64_t size) { return writer_->begin(name, size, bytes_); }
  /// Content of the member that has begun, in pieces.
  Status content(BytesView bytes) {
    if (bytes.empty()) return {};
    if (!verbatim()) BRYO_CHECK(writer_->content(bytes, bytes_));
    if (!compresses()) bytes_.append(bytes);
    return {};
  }
  Status end() { return writer_->end(bytes_); }
  Status finish() { return writer_->finish(bytes_); }

  /// The content may go out past this: after `begin`, the size that it was told, then `end`.
  [[nodiscard]] bool verbatim() const noexcept { return writer_->payload() == PayloadMode::Verbatim; }
  [[nodiscard]] bool compresses() const noexcept { return writer_->payload() == PayloadMode::Transformed; }
  [[nodiscard]] ArchiveBuffer& bytes() noexcept { return bytes_; }
  [[nodiscard]] ArchiveWriter& writer() noexcept { return *writer_; }

 private:
  std::unique_ptr<ArchiveWriter> writer_;
  ArchiveBuffer bytes_;
};

}  // namespace bryo
