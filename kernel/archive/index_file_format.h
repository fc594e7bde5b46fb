#pragma once

/// The bytes of an index file. Pure.

#include <kernel/archive/member_table.h>

#include <optional>
#include <string>
#include <vector>

namespace bryo::kernel {

/// Whose index it is.
struct IndexOwner {
  std::uint64_t stamp;
  std::uint64_t archive_size;
  std::uint64_t format;  ///< of the format's name and its `index_version`
};
[[nodiscard]] IndexOwner index_owner(const OpenObject& archive, const ArchiveFormatSpec& format);

/// Header and parts; the first piece is kept in `header`, the others refer to `parts`.
[[nodiscard]] std::vector<BytesView> index_file_pieces(const IndexOwner& owner, const MemberTableParts& parts,
                                                       std::string& header);
/// Nullopt unless the file is whole, undamaged, of this owner, and sound. The parts refer to `file`, which begins at a
/// multiple of 8.
[[nodiscard]] std::optional<MemberTableParts> parse_index_file(const IndexOwner& owner, BytesView file);

}  // namespace bryo::kernel
