#pragma once

/// Writes TAR under gzip as clients of the reference know it (get-batch.md section 6): one gzip member without a name.

#include <bryo/archive.h>
#include <zlib.h>

#include "../tar/tar_writer.h"

namespace bryo::tgz {

class TgzWriter final : public ArchiveWriter {
 public:
  explicit TgzWriter(int level);
  ~TgzWriter() override;
  TgzWriter(const TgzWriter&) = delete;
  TgzWriter& operator=(const TgzWriter&) = delete;

  [[nodiscard]] PayloadMode payload() const noexcept override { return PayloadMode::Transformed; }
  [[nodiscard]] std::size_t max_header(std::size_t name_size) const noexcept override;
  Status begin(std::string_view name, std::uint64_t size, ArchiveBuffer& out) override;
  Status content(BytesView bytes, ArchiveBuffer& out) override;
  Status end(ArchiveBuffer& out) override;
  Status finish(ArchiveBuffer& out) override;

 private:
  Status deflate(BytesView bytes, int flush, ArchiveBuffer& out);
  /// What the TAR writer has appended to `plain_`.
  Status deflate_plain(ArchiveBuffer& out);

  tar::TarWriter tar_;
  ArchiveBuffer plain_;
  z_stream stream_{};
  gz_header header_{};
};

}  // namespace bryo::tgz
