#pragma once

/// Reads TAR under gzip. A pass inflates everything once and notes places where inflating can begin again.

#include <bryo/archive.h>

#include <memory>
#include <utility>

#include "deflate_piece.h"
#include "tgz_options.h"

namespace bryo::tgz {

class TgzReader final : public ArchiveReader {
 public:
  /// `pool` is shared with the writers of a node.
  explicit TgzReader(TgzOptions options, std::shared_ptr<DeflatePool> pool = std::make_shared<DeflatePool>())
      : options_(std::move(options)), pool_(std::move(pool)) {}

  Status index(const OpenObject& archive, std::string_view label, MemberSink& members) const override;
  Status extract(const OpenObject& archive, std::string_view label, const MemberIndex& index,
                 std::span<const MemberPart> parts,
                 const std::function<Status(std::size_t, BytesView)>& sink) const override;
  /// The TAR stays as it is, and is compressed anew.
  Result<ArchiveContinuation> continue_after(const OpenObject& archive, std::string_view label,
                                             const MemberIndex& index) const override;

 private:
  const TgzOptions options_;
  const std::shared_ptr<DeflatePool> pool_;
};

}  // namespace bryo::tgz
