#include <kernel/cluster/placement.h>
#include <kernel/runtime/sync_point.h>
#include <kernel/store/disk_error.h>
#include <kernel/store/file_store.h>
#include <kernel/store/file_writer.h>
#include <kernel/store/listing.h>
#include <kernel/store/object_metadata.h>
#include <kernel/store/open_at.h>
#include <kernel/store/unix_time.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>

namespace bryo::kernel {
namespace {

/// The most descriptors this process may have; takes all that it is allowed.
std::size_t raise_open_files() {
  struct rlimit limit {};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  if (limit.rlim_cur < limit.rlim_max) {
    struct rlimit wanted = limit;
    wanted.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &wanted) == 0) limit = wanted;
  }
  return static_cast<std::size_t>(limit.rlim_cur);
}

Status check_apart(const std::vector<std::unique_ptr<Mountpath>>& mountpaths, Log& log) {
  for (const auto& a : mountpaths) {
    for (const auto& b : mountpaths) {
      if (a == b) continue;
      if (b->path().starts_with(a->path() + "/")) {
        return Error(Errc::InvalidArgument, "mountpath " + b->path() + " lies inside mountpath " + a->path() +
                                                ": give each a directory of its own");
      }
      if (a < b && a->device() == b->device()) {
        log.warning("two mountpaths share a file system: they fill up and fail together",
                    {{"mountpath", a->path()}, {"other", b->path()}});
      }
    }
  }
  return {};
}

/// The mountpaths together decide where an object lies.
Status check_set(const std::vector<std::unique_ptr<Mountpath>>& mountpaths, Log& log) {
  std::vector<std::uint64_t> digests;
  for (const auto& mountpath : mountpaths) digests.push_back(mountpath->digest());
  std::sort(digests.begin(), digests.end());
  std::uint64_t set = 0;
  for (const std::uint64_t digest : digests) set = placement_mix(set ^ digest);
  for (const auto& mountpath : mountpaths) {
    BRYO_TRY(known, mountpath->exchange_set(set));
    if (known == 0 || known == set) continue;
    log.warning(
        "the mountpaths are not those of the last start: objects that now belong to another one are listed, but "
        "not found, until they are moved there (resilver) or the mountpaths are as before",
        {{"mountpath", mountpath->path()}});
  }
  return {};
}

/// Where the object lies now, for messages.
std::string path_in(const BucketTree& tree, std::string_view object) {
  std::string path;
  const FileName file(object);
  tree.at(object, file, [&](const ObjectPath& relative) {
    path = tree.mountpath().objects_path() + relative.c_str();
    return ::faccessat(tree.mountpath().objects(), relative.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0 ? 0 : errno;
  });
  return path;
}

}  // namespace

Result<std::unique_ptr<ObjectStore>> ObjectStore::open(StoreConfig config, BlockingPool& pool, Clock& clock, Log& log) {
  if (config.mountpaths.empty()) {
    return Error(Errc::InvalidArgument, "no mountpath is configured: a target needs at least one [[node.mountpath]]");
  }
  std::vector<std::unique_ptr<Mountpath>> mountpaths;
  for (MountpathConfig& wanted : config.mountpaths) {
    BRYO_TRY(mountpath, Mountpath::open(wanted));
    wanted = mountpath->config();
    mountpaths.push_back(std::move(mountpath));
  }
  BRYO_CHECK(check_apart(mountpaths, log));
  BRYO_CHECK(check_set(mountpaths, log));
  const std::size_t allowed = raise_open_files();
  const std::size_t open_files = config.open_files != 0 ? config.open_files : allowed / 2;
  auto store = std::make_unique<FileStore>(std::move(config), std::move(mountpaths), open_files, pool, clock, log);
  BRYO_CHECK(store->uploads().load());
  return std::unique_ptr<ObjectStore>(std::move(store));
}

FileStore::FileStore(StoreConfig config, std::vector<std::unique_ptr<Mountpath>> mountpaths, std::size_t open_files,
                     BlockingPool& pool, Clock& clock, Log& log)
    : config_(std::move(config)),
      mountpaths_(std::move(mountpaths)),
      pool_(pool),
      clock_(clock),
      log_(log),
      cache_(open_files),
      leaves_(config_.listing_cache),
      uploads_(*this, mountpaths_, {.limit = config_.upload_limit, .age = config_.upload_age}, pool, clock, log,
               [this] { trash_.wake(); }),
      trash_(
          mountpaths_, [this] { uploads_.sweep_blocking(); }, log) {
  for (const auto& mountpath : mountpaths_) digests_.push_back(mountpath->digest());
}

std::optional<Result<ObjectPtr>> FileStore::try_open(const Bucket& bucket, std::string_view object) {
  const ObjectKey key(bucket.id(), object);
  if (OpenFilePtr hit = cache_.find(key)) return Result<ObjectPtr>(ObjectPtr(std::move(hit)));
  const auto trees = find_trees(bucket.id());
  if (!trees) return std::nullopt;
  BucketTree& tree = *(*trees)[owner_index(bucket.id(), object)];
  if (!tree.loaded()) return std::nullopt;
  auto opened = open_file(tree, bucket, key, Waiting::No);
  if (!opened) return std::nullopt;
  if (!*opened) return Result<ObjectPtr>(std::move(*opened).error());
  return Result<ObjectPtr>(ObjectPtr(**std::move(opened)));
}

Task<Result<ObjectPtr>> FileStore::open(BucketPtr bucket, std::string object) {
  if (auto opened = try_open(*bucket, object)) co_return *std::move(opened);
  auto file = std::make_shared<OpenFilePtr>();
  std::function<Status()> work = [this, bucket, object, file]() -> Status {
    BRYO_TRY(opened, open_blocking(*bucket, object));
    *file = std::move(opened);
    return {};
  };
  Status done = co_await pool_.run(std::move(work));
  if (!done) co_return done.error();
  co_return ObjectPtr(std::move(*file));
}

Task<Result<std::unique_ptr<ObjectWriter>>> FileStore::create(BucketPtr bucket, std::string object,
                                                              WriteOptions options) {
  return create_through(std::move(bucket), std::move(object), std::move(options), {});
}

Task<Result<std::unique_ptr<ObjectWriter>>> FileStore::create_through(BucketPtr bucket, std::string object,
                                                                      WriteOptions options, BeforePublish before) {
  const std::uint64_t size_hint = options.size_hint;
  constexpr std::uint64_t kSmall = 1 << 20;
  if (size_hint > kSmall) {
    std::function<Status()> room = [this, bucket, object, size_hint] {
      return check_room(owner(bucket->id(), object), size_hint, object_uri(*bucket, object));
    };
    BRYO_CO_CHECK(co_await pool_.run(std::move(room)));
  }
  BRYO_CO_TRY(draft, Draft::start(*this, std::move(bucket), std::move(object), std::move(options), std::nullopt));
  co_return std::unique_ptr<ObjectWriter>(
      std::make_unique<FileWriter>(std::move(draft), pool_, size_hint, std::move(before)));
}

Task<Result<std::unique_ptr<ObjectWriter>>> FileStore::create_of(BucketPtr bucket, std::string object,
                                                                 WriteOptions options, FinishedContent content,
                                                                 BeforePublish before) {
  BRYO_CO_TRY(draft, Draft::start(*this, std::move(bucket), std::move(object), std::move(options), std::move(content)));
  co_return std::unique_ptr<ObjectWriter>(std::make_unique<FileWriter>(std::move(draft), pool_, 0, std::move(before)));
}

Task<Status> FileStore::remove(BucketPtr bucket, std::string object) {
  std::function<Status()> work = [this, bucket, object] { return remove_blocking(*bucket, object); };
  co_return co_await pool_.run(std::move(work));
}

Task<Status> FileStore::evict(BucketPtr bucket, std::string object) {
  if (!is_remote(bucket->name())) {
    co_return Error(Errc::Unsupported,
                    "cannot evict " + object_uri(*bucket, object) + ": no backend keeps the objects of its bucket");
  }
  co_return co_await remove(std::move(bucket), std::move(object));
}

Task<Result<ObjectPage>> FileStore::list(BucketPtr bucket, ObjectQuery query) {
  auto page = std::make_shared<ObjectPage>();
  std::function<Status()> work = [this, bucket, query = std::move(query), page]() -> Status {
    const ListRequest request{
        .prefix = query.prefix, .after = query.after, .limit = query.limit, .attributes = query.attributes};
    BRYO_TRY(listed, list_blocking(*bucket, request));
    page->more = listed.more;
    page->objects.reserve(listed.entries.size());
    for (auto& entry : listed.entries) {
      page->objects.push_back(
          {.name = std::move(entry.name), .size = entry.size, .attributes = std::move(entry.attributes)});
    }
    return {};
  };
  BRYO_CO_CHECK(co_await pool_.run(std::move(work)));
  co_return std::move(*page);
}

Result<ListPage> FileStore::list_blocking(const Bucket& bucket, const ListRequest& request) {
  auto all = trees(bucket.id());
  if (!all) return bucket_missing(bucket);
  for (const auto& tree : **all) BRYO_CHECK(tree->load());
  return list_page(
      **all, request,
      [&](const BucketTree& tree, ListedObject& entry, const std::optional<KnownObject>& known) {
        return describe(tree, request, known, entry);
      },
      leaves_, log_);
}

Status FileStore::drop_bucket_blocking(std::uint64_t bucket_id) {
  BRYO_TRY(all, trees(bucket_id));
  {
    const std::unique_lock lock(buckets_mutex_);
    buckets_.erase(bucket_id);
    dropped_.insert(bucket_id);
  }
  Status result;
  for (const auto& tree : *all) {
    if (auto moved = tree->drop(); !moved) result = moved.error();
  }
  cache_.invalidate_bucket(bucket_id);
  uploads_.drop_bucket_blocking(bucket_id);
  trash_.wake();
  return result;
}

Status FileStore::set_custom_blocking(const Bucket& bucket, const std::string& object,
                                      std::vector<std::pair<std::string, std::string>> custom, bool replace) {
  const ObjectKey key(bucket.id(), object);
  const std::scoped_lock lock(name_lock(key));
  BRYO_TRY(file, open_blocking(bucket, object));
  BRYO_TRY(attributes, read_attributes(file->descriptor(), file->size()));
  if (replace) attributes.custom.clear();
  for (auto& [name, value] : custom) {
    const auto known = std::find_if(attributes.custom.begin(), attributes.custom.end(),
                                    [&wanted = name](const auto& pair) { return pair.first == wanted; });
    if (known == attributes.custom.end()) {
      attributes.custom.emplace_back(std::move(name), std::move(value));
    } else {
      known->second = std::move(value);
    }
  }
  BRYO_CHECK(write_attributes(file->descriptor(), attributes, object_uri(bucket, object), file->mountpath()));
  cache_.invalidate(key);
  BRYO_TRY(owner, tree(bucket.id(), object));
  owner->note_change(object);
  if (strict(bucket, false) && ::fsync(file->descriptor()) != 0) {
    return disk_error(errno, "cannot sync " + object_uri(bucket, object), file->mountpath().path());
  }
  return {};
}

std::int64_t FileStore::touch(const OpenObject& object) {
  return static_cast<const OpenFile&>(object).touch(clock_.unix_ns());
}

std::int64_t FileStore::atime(const OpenObject& object) const {
  return static_cast<const OpenFile&>(object).atime_ns();
}

std::optional<ChunkLayout> FileStore::chunks_of(const OpenObject& object) const {
  const auto& file = static_cast<const OpenFile&>(object);
  return file.chunked() ? read_chunk_layout(file.descriptor()) : std::nullopt;
}

const MountpathConfig& FileStore::mountpath_of(const OpenObject& object) const {
  return static_cast<const OpenFile&>(object).mountpath().config();
}

const Mountpath& FileStore::owner(std::uint64_t bucket_id, std::string_view object) const {
  return *mountpaths_[owner_index(bucket_id, object)];
}

Result<std::shared_ptr<BucketTree>> FileStore::tree(std::uint64_t bucket_id, std::string_view object) {
  BRYO_TRY(all, trees(bucket_id));
  BucketTree* const tree = (*all)[owner_index(bucket_id, object)].get();
  BRYO_CHECK(tree->load());
  return std::shared_ptr<BucketTree>(std::move(all), tree);  // a dropped bucket's trees live until the last user left
}

Status FileStore::check_room(const Mountpath& mountpath, std::uint64_t size, const std::string& what) const {
  struct statvfs info {};
  if (::fstatvfs(mountpath.work(), &info) != 0 || info.f_blocks == 0 || info.f_frsize == 0)
    return {};  // it does not say
  if (size / info.f_frsize < info.f_bavail) return {};
  return disk_error(ENOSPC,
                    "cannot write " + std::to_string(size) + " bytes of " + what + " on mountpath " + mountpath.path(),
                    mountpath.path());
}

bool FileStore::strict(const Bucket& bucket, bool refetchable) const {
  if (BucketRecord::of(bucket).policy().fsync || config_.durability == Durability::Strict) return true;
  return config_.durability == Durability::Auto && !refetchable;
}

std::int64_t FileStore::next_mtime() {
  const std::int64_t now = clock_.unix_ns();
  std::int64_t last = last_mtime_.load();
  std::int64_t next = 0;
  do {
    next = std::max(now, last + 1);
  } while (!last_mtime_.compare_exchange_weak(last, next));
  return next;
}

std::size_t FileStore::owner_index(std::uint64_t bucket_id, std::string_view object) const {
  return digests_.size() == 1 ? 0 : place(digests_, placement_digest(bucket_id, object));
}

std::shared_ptr<FileStore::Trees> FileStore::find_trees(std::uint64_t bucket_id) const {
  const std::shared_lock lock(buckets_mutex_);
  const auto found = buckets_.find(bucket_id);
  return found == buckets_.end() ? nullptr : found->second;
}

Result<std::shared_ptr<FileStore::Trees>> FileStore::trees(std::uint64_t bucket_id) {
  if (auto known = find_trees(bucket_id)) return known;
  const std::unique_lock lock(buckets_mutex_);
  if (dropped_.contains(bucket_id)) {
    return Error(Errc::NotFound, "the bucket was destroyed while it was in use", "ErrBckNotFound");
  }
  auto& entry = buckets_[bucket_id];
  if (!entry) {
    entry = std::make_shared<Trees>();
    const TreeOptions options{.leaf_names = config_.leaf_names, .sync = config_.durability != Durability::Relaxed};
    for (const auto& mountpath : mountpaths_) {
      entry->push_back(std::make_unique<BucketTree>(*mountpath, bucket_id, options, log_));
    }
  }
  return entry;
}

/// nullopt only without waiting: the file system needs the disk for an answer.
std::optional<Result<OpenFilePtr>> FileStore::open_file(BucketTree& tree, const Bucket& bucket, const ObjectKey& key,
                                                        Waiting waiting) {
  const std::uint64_t generation = cache_.generation(key);
  const FileName name(key.name);
  Descriptor file;
  const auto attempt = [&](const ObjectPath& path) {
    const int fault = BRYO_FAULT_POINT("store.open");
    if (fault != 0) return fault;
    return open_at(tree.mountpath().objects(), path.c_str(), waiting == Waiting::Yes, file);
  };
  int error = tree.at(key.name, name, attempt);
  if (error == EMFILE || error == ENFILE) {
    cache_.shrink();
    error = tree.at(key.name, name, attempt);
  }
  if (error == EAGAIN && waiting == Waiting::No) return std::nullopt;
  if (error == ENOENT) return Result<OpenFilePtr>(object_missing(bucket, key.name));
  if (error != 0) {
    return Result<OpenFilePtr>(
        disk_error(error, "cannot open " + object_uri(bucket, key.name) + " on mountpath " + tree.mountpath().path()));
  }
  BRYO_SYNC_POINT("store.opened");
  auto opened = OpenFile::adopt(std::move(file), key, tree.mountpath(), pool_);
  if (!opened) return Result<OpenFilePtr>(std::move(opened).error());
  return Result<OpenFilePtr>(cache_.insert(*std::move(opened), key, generation));
}

Result<OpenFilePtr> FileStore::open_blocking(const Bucket& bucket, std::string_view object) {
  auto owner = tree(bucket.id(), object);
  if (!owner) {
    if (owner.error().code() == Errc::NotFound) return object_missing(bucket, object);
    return std::move(owner).error();
  }
  return *open_file(**owner, bucket, ObjectKey(bucket.id(), object), Waiting::Yes);
}

Status FileStore::remove_blocking(const Bucket& bucket, const std::string& object) {
  auto owner = tree(bucket.id(), object);
  if (!owner) return owner.error().code() == Errc::NotFound ? bucket_missing(bucket) : owner.error();
  const ObjectKey key(bucket.id(), object);
  bool removed = false;
  {
    const std::scoped_lock lock(name_lock(key));
    BRYO_TRY(done, (*owner)->remove(object, FileName(object)));
    removed = done;
    cache_.invalidate(key);
  }
  // http-api.md section 6: another sentence than for GET, and no tcode.
  if (!removed) return Error(Errc::NotFound, object_uri(bucket, object) + " doesn't exist");
  return strict(bucket, true) ? (*owner)->sync(object) : Status();
}

Result<bool> FileStore::describe(const BucketTree& tree, const ListRequest& request,
                                 const std::optional<KnownObject>& known, ListedObject& entry) const {
  if (!request.sizes && !request.attributes) return true;
  const bool ask_file = !known || request.atimes;
  const bool ask_record = !known && request.attributes;
  std::string path;
  std::string record;
  if (ask_file) {
    const FileName file(entry.name);
    struct stat info {};
    const int error = tree.at(entry.name, file, [&](const ObjectPath& relative) {
      if (::fstatat(tree.mountpath().objects(), relative.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return errno;
      if (!ask_record) return 0;
      path = tree.mountpath().objects_path() + relative.c_str();
      const int loaded = load_record(path.c_str(), record);
      return loaded == ENODATA ? 0 : loaded;
    });
    if (error == ENOENT) return false;
    if (error != 0)
      return disk_error(error, "cannot inspect " + entry.name + " on mountpath " + tree.mountpath().path());
    entry.size = static_cast<std::uint64_t>(info.st_size);
    entry.chunked = is_chunked(info.st_mode);
    entry.atime_ns = to_unix_ns(info.st_atim);
    if (const auto open = cache_.peek(ObjectKey(tree.bucket_id(), entry.name))) entry.atime_ns = open->atime_ns();
  } else {
    entry.size = known->size;
    entry.chunked = known->chunked;
  }
  entry.mountpath = tree.mountpath().path();
  if (!request.attributes) return true;
  const std::string_view text = known ? known->record : std::string_view(record);
  const std::uint64_t size = known ? known->size : entry.size;
  auto attributes = check_record(text, path, size);
  if (!attributes && known) attributes = check_record(text, path_in(tree, entry.name), size);
  if (attributes) {
    entry.attributes = std::make_shared<const ObjectAttributes>(*std::move(attributes));
  } else {
    log_.warning("an object with damaged metadata is listed without it", {{"error", attributes.error().message()}});
  }
  return true;
}

std::string object_uri(const Bucket& bucket, std::string_view object) {
  return bucket.name().uri().append("/").append(object);
}

Error object_missing(const Bucket& bucket, std::string_view object) {
  return {Errc::NotFound, object_uri(bucket, object) + " does not exist", "ErrNotFound"};
}

Error bucket_missing(const Bucket& bucket) {
  return {Errc::NotFound, "bucket \"" + bucket.name().uri() + "\" does not exist", "ErrBckNotFound"};
}

}  // namespace bryo::kernel
