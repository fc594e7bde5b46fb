#pragma once

/// Local files that become members of a shard.

#include <bryo/client/archive_body.h>

#include <cstdint>
#include <string>
#include <vector>

#include "command.h"

namespace bryo::cli {

struct ArchivedFile {
  std::string path;
  std::string name;  ///< in the shard
  std::uint64_t size = 0;
};

/// The files of `sources`, which are files and folders (with all below them), in order of their names. `archpath`: the
/// name of the only file, or, with a '/' at its end or where there are more, the folder of all. Fails at what cannot be
/// read, and if two files get one name.
Result<std::vector<ArchivedFile>> list_archived_files(const std::vector<std::string>& sources,
                                                      const std::string& archpath);

/// Their contents, one open file at a time.
class ArchivedFiles final : public client::ArchiveMembers {
 public:
  explicit ArchivedFiles(std::vector<ArchivedFile> files) : files_(std::move(files)) {}
  /// Fails naming a file that has not its size any more.
  Result<std::optional<client::ArchiveMember>> next() override;
  Result<std::size_t> read(std::span<std::byte> out) override;
  Status rewind() override;

 private:
  std::vector<ArchivedFile> files_;
  std::size_t at_ = 0;
  std::optional<client::FileBody> open_;
};

}  // namespace bryo::cli
