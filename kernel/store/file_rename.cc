#include <kernel/runtime/sync_point.h>
#include <kernel/store/chunk_layout.h>
#include <kernel/store/disk_error.h>
#include <kernel/store/file_copy.h>
#include <kernel/store/file_store.h>
#include <kernel/store/object_metadata.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace bryo::kernel {
namespace {

/// Of two names, whose mutex may be the same.
std::pair<std::unique_lock<std::mutex>, std::unique_lock<std::mutex>> lock_both(std::mutex& a, std::mutex& b) {
  if (&a == &b) return {std::unique_lock(a), std::unique_lock<std::mutex>()};
  std::unique_lock first(a, std::defer_lock);
  std::unique_lock second(b, std::defer_lock);
  std::lock(first, second);
  return {std::move(first), std::move(second)};
}

}  // namespace

Task<Status> FileStore::rename(BucketPtr bucket, std::string from, std::string to) {
  if (is_remote(bucket->name())) {
    co_return Error(Errc::Unsupported,
                    "cannot rename " + object_uri(*bucket, from) + ": a backend keeps the objects of its bucket");
  }
  std::function<Status()> work = [this, bucket, from, to] { return rename_blocking(*bucket, from, to); };
  co_return co_await pool_.run(std::move(work));
}

Status FileStore::rename_blocking(const Bucket& bucket, const std::string& from, const std::string& to) {
  BRYO_CHECK(check_object_name(to));
  if (from == to) {
    return Error(Errc::InvalidArgument, "cannot rename " + object_uri(bucket, from) + " to self, nothing to do");
  }
  auto source = tree(bucket.id(), from);
  if (!source) return source.error().code() == Errc::NotFound ? bucket_missing(bucket) : source.error();
  BRYO_TRY(target, tree(bucket.id(), to));
  // A file has one true name in its metadata, so it cannot go from one hidden name to another in one step.
  const bool in_place =
      &(*source)->mountpath() == &target->mountpath() && !(FileName(from).hashed() && FileName(to).hashed());
  const Status renamed =
      in_place ? rename_in_place(**source, bucket, from, to) : rename_by_copy(**source, *target, bucket, from, to);
  BRYO_CHECK(renamed);
  if (!strict(bucket, false)) return {};
  BRYO_CHECK(target->sync(to));
  return (*source)->sync(from);
}

Status FileStore::rename_in_place(BucketTree& tree, const Bucket& bucket, const std::string& from,
                                  const std::string& to) {
  const ObjectKey from_key(bucket.id(), from);
  const ObjectKey to_key(bucket.id(), to);
  const FileName from_file(from);
  const FileName to_file(to);
  const auto lock = lock_both(name_lock(from_key), name_lock(to_key));
  OpenFilePtr object;
  if (from_file.hashed() || to_file.hashed()) {
    BRYO_TRY(opened, open_blocking(bucket, from));
    object = std::move(opened);
  }
  // Beside a plain file name the true name means nothing: it may come early, and stay.
  if (to_file.hashed()) BRYO_CHECK(write_name(object->descriptor(), to, object_uri(bucket, to), tree.mountpath()));
  auto renamed = tree.rename(from, from_file, to, to_file);
  cache_.invalidate(from_key);
  cache_.invalidate(to_key);
  if (!renamed) return renamed.error().code() == Errc::NotFound ? bucket_missing(bucket) : renamed.error();
  if (!*renamed) return object_missing(bucket, from);
  if (from_file.hashed()) ::fremovexattr(object->descriptor(), kNameAttribute);
  return {};
}

Status FileStore::rename_by_copy(BucketTree& source, BucketTree& target, const Bucket& bucket, const std::string& from,
                                 const std::string& to) {
  constexpr int kAttempts = 3;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    BRYO_TRY(object, open_blocking(bucket, from));
    BRYO_TRY(copy, copy_for_rename(*object, target.mountpath(), to, object_uri(bucket, to)));
    BRYO_SYNC_POINT("store.rename_copied");
    const ObjectKey from_key(bucket.id(), from);
    const ObjectKey to_key(bucket.id(), to);
    const auto lock = lock_both(name_lock(from_key), name_lock(to_key));
    const FileName from_file(from);
    BRYO_TRY(there, stamp_of(source, bucket, from));
    if (there != object->stamp()) continue;  // what was copied is not the object any more
    if (strict(bucket, false) && ::fsync(copy.get()) != 0) {
      return disk_error(errno, "cannot sync " + object_uri(bucket, to), target.mountpath().path());
    }
    Status published = target.publish(to, FileName(to), copy.get());
    cache_.invalidate(to_key);
    if (!published) return published.error().code() == Errc::NotFound ? bucket_missing(bucket) : published.error();
    // The new name must be on the disk before the old one goes: a crash here leaves both.
    if (strict(bucket, false)) BRYO_CHECK(target.sync(to));
    BRYO_SYNC_POINT("store.rename_both");
    auto removed = source.remove(from, from_file);
    cache_.invalidate(from_key);
    if (!removed) return std::move(removed).error();
    return {};
  }
  return Error(Errc::Conflict, object_uri(bucket, from) + " is overwritten all the time: rename it again later");
}

/// The content and metadata of `object` in an unnamed file of another mountpath.
Result<Descriptor> FileStore::copy_for_rename(const OpenFile& object, const Mountpath& mountpath, const std::string& to,
                                              const std::string& uri) {
  BRYO_TRY(attributes, object.attributes());
  Descriptor copy = create_unnamed(mountpath);
  if (!copy) return disk_error(errno, "cannot create " + uri + " on mountpath " + mountpath.path(), mountpath.path());
  if (const int error = copy_file(object.descriptor(), copy.get(), 0, object.size())) {
    return disk_error(error, "cannot write " + uri + " on mountpath " + mountpath.path(), mountpath.path());
  }
  if (object.chunked()) {
    const auto layout = read_chunk_layout(object.descriptor());
    if (layout) BRYO_CHECK(write_chunk_layout(copy.get(), *layout, uri, mountpath));
  }
  BRYO_CHECK(describe_file(copy.get(), to, *attributes, uri, mountpath));
  return copy;
}

Descriptor FileStore::create_unnamed(const Mountpath& mountpath) {
  const auto create = [&] {
    const int fault = BRYO_FAULT_POINT("store.create");
    if (fault != 0) return errno = fault, Descriptor();
    return Descriptor(::openat(mountpath.work(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0666));
  };
  Descriptor file = create();
  if (!file && (errno == EMFILE || errno == ENFILE)) {
    cache_.shrink();
    file = create();
  }
  return file;
}

/// kNoObject when there is none.
Result<std::uint64_t> FileStore::stamp_of(const BucketTree& tree, const Bucket& bucket, std::string_view object) const {
  std::uint64_t there = kNoObject;
  const int error = tree.at(object, FileName(object), [&](const ObjectPath& path) {
    struct stat info {};
    if (::fstatat(tree.mountpath().objects(), path.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return errno;
    there = version_stamp(info);
    return 0;
  });
  if (error == 0 || error == ENOENT) return there;
  return disk_error(error, "cannot inspect " + object_uri(bucket, object) + " on mountpath " + tree.mountpath().path());
}

}  // namespace bryo::kernel
