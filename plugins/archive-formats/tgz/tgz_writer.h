#pragma once

/// Writes TAR under gzip as clients of the reference know it (get-batch.md section 6): one gzip member without a name,
/// made of pieces that can be compressed at the same time.

#include <bryo/archive.h>

#include <cstdint>
#include <deque>
#include <memory>

#include "../tar/carried_tar.h"
#include "../tar/tar_writer.h"
#include "deflate_piece.h"

namespace bryo::tgz {

class TgzWriter final : public ArchiveWriter {
 public:
  /// `pool` is shared by the writers of a node. `carried`: what the archive begins with.
  TgzWriter(int level, std::shared_ptr<DeflatePool> pool, std::unique_ptr<tar::CarriedTar> carried = nullptr);

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
  /// What is known of the content so far becomes a piece.
  void cut(bool last);
  void cut_if_full();

  const int level_;
  const std::shared_ptr<DeflatePool> pool_;
  std::unique_ptr<tar::CarriedTar> carried_;  ///< null: there is none, or no more
  tar::TarWriter tar_;
  std::unique_ptr<DeflatePiece> open_;  ///< the piece that is being filled
  std::uint32_t crc_ = 0;
  std::uint64_t total_ = 0;
  std::deque<ArchivePiece> pieces_;
};

}  // namespace bryo::tgz
