#pragma once

#include <bryo/archive.h>

#include "tar_zst_options.h"

namespace tar_zst {

/// Regular files are members; links, devices, directories and sparse files are passed over.
class TarZstReader final : public bryo::ArchiveReader {
 public:
  explicit TarZstReader(TarZstOptions options) : options_(std::move(options)) {}

  bryo::Status index(const bryo::OpenObject& archive, std::string_view label, bryo::MemberSink& members) const override;
  bryo::Status extract(const bryo::OpenObject& archive, std::string_view label, const bryo::MemberIndex& index,
                       std::span<const bryo::MemberPart> parts,
                       const std::function<bryo::Status(std::size_t, bryo::BytesView)>& sink) const override;

 private:
  const TarZstOptions options_;
};

}  // namespace tar_zst
