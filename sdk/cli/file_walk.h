#pragma once

#include <bryo/result.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace bryo::cli {

struct WalkedFile {
  std::string path;
  std::string name;  ///< of the object: below its folder, or the file's own name
};

struct FileTotals {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

/// Files, and regular files below folders, one at a time. Links to files are followed, links to folders are not (they
/// could lead in a circle). Sockets, pipes and devices are errors when named, and passed over below a folder.
class FileWalk {
 public:
  explicit FileWalk(std::vector<std::string> sources) : sources_(std::move(sources)) {}
  /// Nothing = the end. After an error, which names the path, the walk goes on with what can be read.
  Result<std::optional<WalkedFile>> next();

 private:
  Status enter(const std::filesystem::path& folder);
  Result<std::optional<WalkedFile>> next_below();
  std::vector<std::string> sources_;
  std::size_t at_ = 0;
  std::filesystem::path root_;
  std::vector<std::filesystem::directory_iterator> open_;  ///< from the root down
};

/// What a walk will give; unreadable parts are left out.
FileTotals count_files(const std::vector<std::string>& sources);

}  // namespace bryo::cli
