#pragma once

/// Reads TAR under LZ4 frames. A pass decodes everything once and notes where blocks begin; a member then costs the
/// blocks that it touches.

#include <bryo/archive.h>

#include "tar_lz4_options.h"

namespace bryo::tar_lz4 {

class TarLz4Reader final : public ArchiveReader {
 public:
  explicit TarLz4Reader(TarLz4Options options) : options_(std::move(options)) {}

  Status index(const OpenObject& archive, std::string_view label, MemberSink& members) const override;
  Status extract(const OpenObject& archive, std::string_view label, const MemberIndex& index,
                 std::span<const MemberPart> parts,
                 const std::function<Status(std::size_t, BytesView)>& sink) const override;
  /// The TAR stays as it is, and is compressed anew.
  Result<ArchiveContinuation> continue_after(const OpenObject& archive, std::string_view label,
                                             const MemberIndex& index) const override;

 private:
  const TarLz4Options options_;
};

}  // namespace bryo::tar_lz4
