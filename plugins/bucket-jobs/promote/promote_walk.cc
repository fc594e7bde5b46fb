#include "promote_walk.h"

#include <fcntl.h>

#include <cerrno>
#include <string_view>
#include <system_error>

namespace bryo::promote {

Result<std::vector<std::string>> PromoteWalk::next(std::size_t limit) {
  std::vector<std::string> out;
  if (!begun_) {
    begun_ = true;
    BRYO_CHECK(enter(start_));
  }
  while (out.size() < limit && !levels_.empty()) {
    Level& level = levels_.back();
    errno = 0;
    const dirent* entry = ::readdir(level.directory.get());
    if (entry == nullptr && errno != 0) {
      return Error(Errc::Io, "cannot read folder " + folder_.path() + "/" + level.prefix + ": " +
                                 std::generic_category().message(errno));
    }
    if (entry == nullptr) {
      levels_.pop_back();
      continue;
    }
    const std::string_view name = static_cast<const char*>(entry->d_name);
    if (name == "." || name == "..") continue;
    std::string path = level.prefix + std::string(name);
    if (!is_folder(level, *entry)) {
      out.push_back(std::move(path));
    } else if (recursive_) {
      BRYO_CHECK(enter(path));
    }
  }
  return out;
}

Status PromoteWalk::enter(const std::string& relative) {
  if (levels_.size() == kMaxDepth) {
    return Error(Errc::InvalidArgument, "folders lie too deep in each other: " + folder_.path() + "/" + relative);
  }
  BRYO_TRY(opened, folder_.open_below(relative));
  std::unique_ptr<DIR, Close> directory(::fdopendir(opened.descriptor.get()));
  if (!directory) {
    return Error(Errc::Io, "cannot read folder " + folder_.path() + "/" + relative + ": " +
                               std::generic_category().message(errno));
  }
  (void)opened.descriptor.release();  // the directory's now
  levels_.push_back({std::move(directory), relative.empty() ? relative : relative + "/"});
  return {};
}

bool PromoteWalk::is_folder(const Level& level, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type == DT_DIR;
  struct stat info {};
  const char* name = static_cast<const char*>(entry.d_name);
  return ::fstatat(::dirfd(level.directory.get()), name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(info.st_mode);
}

}  // namespace bryo::promote
