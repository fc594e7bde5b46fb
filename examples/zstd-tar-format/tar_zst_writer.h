#pragma once

#include <bryo/archive.h>

#include "zstd_stream.h"

namespace tar_zst {

/// One TAR stream through one encoder. Plain headers where a name and a size fit them, a pax header before the others;
/// mode 0644, owner and time 0.
class TarZstWriter final : public bryo::ArchiveWriter {
 public:
  TarZstWriter(int level, std::uint64_t frame_size) : encoder_(level, frame_size) {}

  [[nodiscard]] bryo::PayloadMode payload() const noexcept override { return bryo::PayloadMode::Transformed; }
  [[nodiscard]] std::size_t max_header(std::size_t name_size) const noexcept override;
  bryo::Status begin(std::string_view name, std::uint64_t size, bryo::ArchiveBuffer& out) override;
  bryo::Status content(bryo::BytesView bytes, bryo::ArchiveBuffer& out) override;
  bryo::Status end(bryo::ArchiveBuffer& out) override;
  bryo::Status finish(bryo::ArchiveBuffer& out) override;

 private:
  Encoder encoder_;
  std::size_t padding_ = 0;  ///< of the open member
};

}  // namespace tar_zst
