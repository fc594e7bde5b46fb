#include "archived_files.h"

#include <algorithm>
#include <filesystem>

#include "file_walk.h"

namespace bryo::cli {

Result<std::vector<ArchivedFile>> list_archived_files(const std::vector<std::string>& sources,
                                                      const std::string& archpath) {
  std::vector<ArchivedFile> files;
  FileWalk walk(sources);
  while (true) {
    BRYO_TRY(file, walk.next());
    if (!file) break;
    std::error_code failure;
    const auto size = std::filesystem::file_size(file->path, failure);
    if (failure) return Error(Errc::Io, "cannot read " + file->path + ": " + failure.message());
    files.push_back({std::move(file->path), std::move(file->name), size});
  }
  std::error_code ignored;
  const bool one = sources.size() == 1 && std::filesystem::is_regular_file(sources.front(), ignored);
  if (one && !archpath.empty() && !archpath.ends_with('/')) {
    files.front().name = archpath;
  } else if (!archpath.empty()) {
    for (auto& file : files) file.name.insert(0, archpath + (archpath.ends_with('/') ? "" : "/"));
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  const auto twice =
      std::adjacent_find(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.name == b.name; });
  if (twice != files.end()) {
    return Error(Errc::InvalidArgument, twice->path + " and " + std::next(twice)->path + " would both be called \"" +
                                            twice->name + "\" in the shard: put them one by one with --archpath");
  }
  return files;
}

Result<std::optional<client::ArchiveMember>> ArchivedFiles::next() {
  open_.reset();
  if (at_ == files_.size()) return std::optional<client::ArchiveMember>();
  const auto& file = files_[at_++];
  BRYO_TRY(opened, client::FileBody::open(file.path));
  if (opened.size() != file.size) return Error(Errc::Io, file.path + " changed since it was listed: run again");
  open_.emplace(std::move(opened));
  return std::optional(client::ArchiveMember{file.name, file.size});
}

Result<std::size_t> ArchivedFiles::read(std::span<std::byte> out) { return open_->read(out); }

Status ArchivedFiles::rewind() {
  open_.reset();
  at_ = 0;
  return {};
}

}  // namespace bryo::cli
