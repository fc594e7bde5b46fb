#pragma once

/// Writes TAR under LZ4 as clients of the reference know it (get-batch.md section 6): one frame of independent blocks
/// of 256 KiB, without checksums and content size.

#include <bryo/archive.h>
#include <lz4frame.h>

#include <memory>

#include "../tar/tar_writer.h"

namespace bryo::tar_lz4 {

class TarLz4Writer final : public ArchiveWriter {
 public:
  explicit TarLz4Writer(int level);

  [[nodiscard]] PayloadMode payload() const noexcept override { return PayloadMode::Transformed; }
  [[nodiscard]] std::size_t max_header(std::size_t name_size) const noexcept override;
  Status begin(std::string_view name, std::uint64_t size, ArchiveBuffer& out) override;
  Status content(BytesView bytes, ArchiveBuffer& out) override;
  Status end(ArchiveBuffer& out) override;
  Status finish(ArchiveBuffer& out) override;

 private:
  /// The frame's header, once.
  Status begin_frame(ArchiveBuffer& out);
  /// What the TAR writer has appended to `plain_`.
  Status pack_plain(ArchiveBuffer& out);
  Status pack(BytesView bytes, ArchiveBuffer& out);

  struct Free {
    void operator()(LZ4F_cctx* context) const noexcept { ::LZ4F_freeCompressionContext(context); }
  };

  tar::TarWriter tar_;
  ArchiveBuffer plain_;
  LZ4F_preferences_t preferences_ = LZ4F_INIT_PREFERENCES;
  std::unique_ptr<LZ4F_cctx, Free> context_;
  bool begun_ = false;
};

}  // namespace bryo::tar_lz4
