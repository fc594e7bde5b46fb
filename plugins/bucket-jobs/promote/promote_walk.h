#pragma once

/// The files of a folder, one after the other.

#include <dirent.h>

#include <memory>
#include <string>
#include <vector>

#include "promote_folder.h"

namespace bryo::promote {

/// Paths of everything but folders, in the order in which the file system has them. Blocking; one caller at a time.
class PromoteWalk {
 public:
  /// `below` the folder, which outlives the walk; folders in it only if `recursive`.
  PromoteWalk(const PromoteFolder& folder, std::string below, bool recursive)
      : folder_(folder), start_(std::move(below)), recursive_(recursive) {}

  /// At most `limit` paths, relative to the folder; none after the last.
  Result<std::vector<std::string>> next(std::size_t limit);

 private:
  /// Each keeps a descriptor.
  static constexpr std::size_t kMaxDepth = 200;
  struct Close {
    void operator()(DIR* directory) const { ::closedir(directory); }
  };
  struct Level {
    std::unique_ptr<DIR, Close> directory;
    std::string prefix;  ///< "" or with a '/' at its end
  };
  Status enter(const std::string& relative);
  /// A folder, not a link to one.
  static bool is_folder(const Level& level, const dirent& entry);

  const PromoteFolder& folder_;
  const std::string start_;
  const bool recursive_;
  bool begun_ = false;
  std::vector<Level> levels_;
};

}  // namespace bryo::promote
