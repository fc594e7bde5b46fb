#include "sample_source.h"

#include <bryo/client/checksum.h>
#include <sys/stat.h>

#include <charconv>
#include <filesystem>

#include "archived_files.h"
#include "arguments.h"
#include "file_walk.h"
#include "shard_members.h"

namespace bryo::cli {
namespace {

class FolderSource final : public SampleSource {
 public:
  explicit FolderSource(std::string folder) : folder_(std::move(folder)), walk_({folder_}) {}

  Result<std::optional<SampleFile>> next() override {
    BRYO_TRY(file, walk_.next());
    if (!file) return std::optional<SampleFile>();
    struct stat found {};
    if (::stat(file->path.c_str(), &found) != 0) return Error(Errc::Io, file->path + " vanished while it was listed");
    const auto changed = static_cast<std::uint64_t>(found.st_mtim.tv_sec) * 1'000'000'000U +
                         static_cast<std::uint64_t>(found.st_mtim.tv_nsec);
    return std::optional(SampleFile{std::move(file->name), static_cast<std::uint64_t>(found.st_size), changed});
  }
  std::unique_ptr<client::ArchiveMembers> members(const PlannedShard& shard) const override {
    std::vector<ArchivedFile> files;
    files.reserve(shard.files);
    for (const auto* file : files_of(shard)) {
      files.push_back({(std::filesystem::path(folder_) / file->name).string(), file->name, file->size});
    }
    return std::make_unique<ArchivedFiles>(std::move(files));
  }

 private:
  std::string folder_;
  FileWalk walk_;
};

class BucketSource final : public SampleSource {
 public:
  BucketSource(client::Client client, client::ObjectUri uri)
      : client_(client),
        uri_(std::move(uri)),
        objects_(std::move(client), uri_.bucket, {.prefix = uri_.object, .props = "name,size,checksum,version"}) {}

  Result<std::optional<SampleFile>> next() override {
    BRYO_TRY(object, objects_.next());
    if (!object) return std::optional<SampleFile>();
    client::Xxhash hash;
    hash.update(client::bytes_of(object->checksum.empty() ? object->version : object->checksum));
    const auto hex = hash.hex();
    std::uint64_t stamp = 0;
    std::from_chars(hex.data(), hex.data() + hex.size(), stamp, 16);
    return std::optional(SampleFile{std::move(object->name), object->size, stamp});
  }
  std::unique_ptr<client::ArchiveMembers> members(const PlannedShard& shard) const override {
    return std::make_unique<BatchMembers>(client_, uri_.bucket, shard);
  }
  std::optional<client::ObjectUri> uri() const override { return uri_; }

 private:
  client::Client client_;
  client::ObjectUri uri_;
  client::ObjectIterator objects_;
};

}  // namespace

Result<std::unique_ptr<SampleSource>> open_sample_source(const std::string& text, const client::Client& client) {
  if (text.find("://") != std::string::npos) {
    BRYO_TRY(uri, uri_argument(text));
    return std::unique_ptr<SampleSource>(std::make_unique<BucketSource>(client, std::move(uri)));
  }
  std::error_code ignored;
  if (!std::filesystem::is_directory(text, ignored)) {
    return usage_error("\"" + text + "\" is no folder; a bucket is written with its provider, as ais://" + text);
  }
  return std::unique_ptr<SampleSource>(std::make_unique<FolderSource>(text));
}

}  // namespace bryo::cli
