#pragma once

/// Writes TAR under LZ4 as clients of the reference know it (get-batch.md section 6): one frame of independent blocks
/// of 256 KiB, without checksums and content size. Blocks can be compressed at the same time.

#include <bryo/archive.h>

#include <deque>
#include <memory>
#include <utility>

#include "../tar/carried_tar.h"
#include "../tar/tar_writer.h"

namespace bryo::tar_lz4 {

class TarLz4Writer final : public ArchiveWriter {
 public:
  /// `carried`: what the archive begins with.
  explicit TarLz4Writer(int level, std::unique_ptr<tar::CarriedTar> carried = nullptr)
      : level_(level), carried_(std::move(carried)) {}

  [[nodiscard]] PayloadMode payload() const noexcept override { return PayloadMode::Transformed; }
  /// All of it comes out of pieces.
  [[nodiscard]] std::size_t max_header(std::size_t) const noexcept override { return 0; }
  Result<bool> carry_over(ArchiveBuffer& out) override;
  Status begin(std::string_view name, std::uint64_t size, ArchiveBuffer& out) override;
  Status content(BytesView bytes, ArchiveBuffer& out) override;
  Status end(ArchiveBuffer& out) override;
  Status finish(ArchiveBuffer& out) override;
  ArchivePiece next_piece() override;

 private:
  /// Of `open_`, whole blocks become pieces; at the end all of it does.
  void cut_blocks();
  void cut(bool last);

  const int level_;
  std::unique_ptr<tar::CarriedTar> carried_;  ///< null: there is none, or no more
  tar::TarWriter tar_;
  ArchiveBuffer open_;  ///< content that is in no block yet
  bool begun_ = false;  ///< the frame's header is in a piece
  std::deque<ArchivePiece> pieces_;
};

}  // namespace bryo::tar_lz4
