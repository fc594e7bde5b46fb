#pragma once

/// Reads TAR: ustar, star, V7, GNU long names, PAX.

#include <bryo/archive.h>
#include <bryo/option.h>

namespace bryo::tar {

/// Regular files are members; links, directories and devices are passed over, sparse files are refused by name.
///
/// Own code and not libarchive: that takes 1.6 us for a header where this takes a third, and does not tell offsets.
class TarReader final : public ArchiveReader {
 public:
  explicit TarReader(Option<Size> max_index) : max_index_(std::move(max_index)) {}

  Result<std::unique_ptr<MemberIndex>> index(const OpenObject& archive, std::string_view label) const override;

 private:
  Option<Size> max_index_;
};

}  // namespace bryo::tar
