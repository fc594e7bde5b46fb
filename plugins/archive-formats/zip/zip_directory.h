#pragma once

/// The directory of a ZIP archive, entry by entry.

#include <cstdint>
#include <optional>
#include <string_view>

#include "../tar/tar_window.h"
#include "zip_end.h"

namespace bryo::zip {

/// One member as the directory has it; nothing of it is checked against the archive.
struct Entry {
  std::string_view name{};
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint32_t crc = 0;
  std::uint64_t packed = 0;
  std::uint64_t size = 0;
  std::uint64_t header = 0;  ///< offset of the local header in the file
  std::uint32_t disk = 0;
  bool sizes_missing = false;  ///< the ZIP64 field that was announced is not there, or too short
};

/// Reads large pieces, however large the directory is. Blocks; one thread.
class DirectoryWalk {
 public:
  DirectoryWalk(const OpenObject& archive, std::string_view label, const DirectoryPlace& place)
      : window_(archive), label_(label), place_(place), at_(place.begin) {}

  /// Valid until the next call; nullopt behind the last. Fails with InvalidArgument where the directory is damaged, and
  /// as the disk does.
  Result<std::optional<Entry>> next();
  void rewind() { at_ = place_.begin; }

 private:
  tar::TarWindow window_;
  const std::string_view label_;
  const DirectoryPlace place_;
  std::uint64_t at_;
};

}  // namespace bryo::zip
