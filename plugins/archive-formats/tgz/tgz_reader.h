#pragma once

/// Reads TAR under gzip. A pass inflates everything once and notes places where inflating can begin again.

#include <bryo/archive.h>

#include "tgz_options.h"

namespace bryo::tgz {

class TgzReader final : public ArchiveReader {
 public:
  explicit TgzReader(TgzOptions options) : options_(std::move(options)) {}

  Status index(const OpenObject& archive, std::string_view label, MemberSink& members) const override;
  Status extract(const OpenObject& archive, std::string_view label, const MemberIndex& index,
                 std::span<const MemberPart> parts,
                 const std::function<Status(std::size_t, BytesView)>& sink) const override;

 private:
  const TgzOptions options_;
};

}  // namespace bryo::tgz
