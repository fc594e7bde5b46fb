#pragma once

/// Reads ZIP by its directory: stored and deflated members, ZIP64, bytes in front of the archive and behind it.

#include <bryo/archive.h>

#include "zip_options.h"

namespace bryo::zip {

/// What the directory says of a member is checked against the archive and the other members; the local headers of
/// stored members are read in the pass too, so that their content can go from file to socket. Those of deflated ones
/// are read with their content. Members of other methods, and encrypted ones, are refused by name.
///
/// Own code and not libarchive: that reads all local headers, and does not tell offsets.
class ZipReader final : public ArchiveReader {
 public:
  explicit ZipReader(ZipOptions options) : options_(std::move(options)) {}

  Status index(const OpenObject& archive, std::string_view label, MemberSink& members) const override;
  Status extract(const OpenObject& archive, std::string_view label, const MemberIndex& index,
                 std::span<const MemberPart> parts,
                 const std::function<Status(std::size_t, BytesView)>& sink) const override;
  /// All members stay as they are, and so do their entries in the directory; the archive's comment does not.
  /// Of deflated members.
  Result<std::uint64_t> packed_offset(const OpenObject& archive, std::string_view label,
                                      const Member& member) const override;
  Result<ArchiveContinuation> continue_after(const OpenObject& archive, std::string_view label,
                                             const MemberIndex& index) const override;

 private:
  const ZipOptions options_;
};

}  // namespace bryo::zip
