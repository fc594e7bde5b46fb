#include "file_walk.h"

namespace bryo::cli {
namespace {

namespace fs = std::filesystem;

Error walk_error(const fs::path& path, const std::error_code& reason) {
  return {Errc::Io, "cannot read " + path.string() + ": " + reason.message()};
}

}  // namespace

Result<std::optional<WalkedFile>> FileWalk::next() {
  while (true) {
    if (!open_.empty()) {
      BRYO_TRY(file, next_below());
      if (file) return file;
    }
    if (at_ == sources_.size()) return std::optional<WalkedFile>();
    const fs::path source(sources_[at_++]);
    std::error_code failure;
    const auto status = fs::status(source, failure);
    if (!fs::exists(status)) return Error(Errc::NotFound, source.string() + " does not exist");
    if (fs::is_directory(status)) {
      root_ = source;
      BRYO_CHECK(enter(source));
      continue;
    }
    if (!fs::is_regular_file(status)) {
      return Error(Errc::InvalidArgument, source.string() + " is neither a file nor a folder: send a stream as -");
    }
    return std::optional(WalkedFile{source.string(), source.filename().string()});
  }
}

/// The next file below the root; nothing = all seen.
Result<std::optional<WalkedFile>> FileWalk::next_below() {
  while (!open_.empty()) {
    auto& here = open_.back();
    if (here == fs::directory_iterator()) {
      open_.pop_back();
      continue;
    }
    const auto entry = *here;
    std::error_code failure;
    here.increment(failure);
    if (failure) {
      open_.pop_back();
      return walk_error(entry.path().parent_path(), failure);
    }
    if (entry.is_directory(failure) && !entry.is_symlink(failure)) {
      BRYO_CHECK(enter(entry.path()));
    } else if (entry.is_regular_file(failure)) {
      return std::optional(WalkedFile{entry.path().string(), entry.path().lexically_relative(root_).generic_string()});
    }
  }
  return std::optional<WalkedFile>();
}

Status FileWalk::enter(const fs::path& folder) {
  std::error_code failure;
  fs::directory_iterator opened(folder, failure);
  if (failure) return walk_error(folder, failure);
  open_.push_back(std::move(opened));
  return {};
}

FileTotals count_files(const std::vector<std::string>& sources) {
  FileTotals totals;
  FileWalk walk(sources);
  while (true) {
    const auto file = walk.next();
    if (!file) continue;
    if (!*file) return totals;
    std::error_code ignored;
    const auto size = fs::file_size((*file)->path, ignored);
    totals.files += 1;
    totals.bytes += ignored ? 0 : size;
  }
}

}  // namespace bryo::cli
