#include <kernel/object/bucket_api.h>

#include <kernel/object/list_entries.h>
#include <kernel/wire/api_names.h>
#include <kernel/wire/list_page.h>

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace bryo::kernel {
namespace {

/// Entries of a page, objects and archived files, in the order of their names. A token is a name, so that a page may
/// end anywhere, also within an archive.
class ArchivePage {
 public:
  ArchivePage(std::size_t size, bool sizes, std::vector<ListEntry>& entries)
      : size_(size), sizes_(sizes), entries_(entries) {}

  [[nodiscard]] std::size_t room() const noexcept { return size_ - entries_.size(); }
  void add(ListEntry entry) { entries_.push_back(std::move(entry)); }
  /// Files of one archive, by name: they will come in their places.
  void add_files(std::vector<ListedMember> files) {
    if (!files.empty()) archives_.push_back({.files = std::move(files)});
  }
  /// Adds files with names less than `bound`; all that there are if it is null.
  void add_files_before(const std::string* bound);

 private:
  struct Archive {
    std::vector<ListedMember> files;
    std::size_t at = 0;
  };

  const std::size_t size_;
  const bool sizes_;
  std::vector<ListEntry>& entries_;
  std::vector<Archive> archives_;  ///< with files that are not on the page yet
};

void ArchivePage::add_files_before(const std::string* bound) {
  while (room() != 0 && !archives_.empty()) {
    auto least = archives_.begin();
    for (auto it = archives_.begin(); it != archives_.end(); ++it) {
      if (it->files[it->at].name < least->files[least->at].name) least = it;
    }
    ListedMember& file = least->files[least->at];
    if (bound != nullptr && file.name >= *bound) return;
    // An object may be called like a file of an archive: it is the one that a GET of the name answers.
    if (entries_.empty() || entries_.back().name != file.name) {
      entries_.push_back({.name = std::move(file.name),
                          .size = sizes_ ? file.size : 0,
                          .flags = static_cast<std::uint16_t>(kEntryCached | kEntryInArchive)});
    }
    if (++least->at == least->files.size()) archives_.erase(least);
  }
}

}  // namespace

/// http-buckets.md section 5: archives are known by their extensions, and followed by what they hold.
Task<Result<Response>> BucketApi::list_archives(RegisteredBucketPtr bucket, ListMessage message, bool msgpack) {
  auto& services = services_;
  const NameRange range{.prefix = message.prefix, .after = message.after};
  const auto is_archive = [&services](std::string_view name) {
    const auto format = services.archives.by_name(name);
    return format && format->reader;
  };
  ListPage objects;
  std::function<Status()> list = [&]() -> Status {
    BRYO_TRY(page, services.store.list_blocking(*bucket, list_request(message)));
    objects = std::move(page);
    return {};
  };
  BRYO_CO_CHECK(co_await services_.blocking.run(std::move(list)));

  ListReply reply;
  reply.uuid = message.uuid;
  ArchivePage page(message.page_size, message.props.size, reply.entries);
  for (std::string& archive : archives_before(range, is_archive)) {
    page.add_files(co_await members_of(bucket, std::move(archive), range, page.room()));
  }
  for (ListedObject& object : objects.entries) {
    page.add_files_before(&object.name);
    if (page.room() == 0) break;
    const std::string name = object.name;
    const bool archive = !object.directory && is_archive(name);
    ListEntry entry = list_entry(std::move(object), message, locations_);
    if (archive) entry.flags |= kEntryArchive;
    page.add(std::move(entry));
    if (archive) page.add_files(co_await members_of(bucket, name, range, page.room()));
  }
  page.add_files_before(nullptr);
  if (page.room() == 0) reply.continuation_token = reply.entries.back().name;

  Response response;
  std::function<Status()> encode = [&]() -> Status {
    response = msgpack ? Response::typed(std::string(wire::kTypeMsgpack), list_msgpack(reply))
                       : Response::json(list_json(reply));
    return {};
  };
  BRYO_CO_CHECK(co_await services_.blocking.run(std::move(encode)));
  co_return response;
}

/// None where the archive is gone, damaged from its begin, or not here: the listing goes on without.
Task<std::vector<ListedMember>> BucketApi::members_of(RegisteredBucketPtr bucket, std::string archive, NameRange range,
                                                      std::size_t limit) {
  std::vector<ListedMember> members;
  if (limit == 0 || !check_object_name(archive)) co_return members;
  auto object = services_.store.try_open(*bucket, archive);
  if (!object) object = co_await services_.store.open_present(bucket, archive);
  if (!*object) co_return members;
  const std::string label = bucket->name().uri() + "/" + archive;
  Result<Shard> shard = Error(Errc::NotFound, "");
  if (auto known = services_.archives.try_open(**object)) {
    shard = *std::move(known);
  } else {
    shard = co_await services_.archives.open(**object, label);
  }
  if (!shard) {
    services_.log.debug("an archive is listed without its files",
                        {{"archive", label}, {"error", shard.error().message()}});
    co_return members;
  }
  std::function<Status()> choose = [&]() -> Status {
    members = listed_members(*shard->index, archive, range, limit);
    return {};
  };
  if (Status chosen = co_await services_.blocking.run(std::move(choose)); !chosen) members.clear();
  co_return members;
}

}  // namespace bryo::kernel
