#include <kernel/runtime/sync_point.h>
#include <kernel/store/crc32c.h>
#include <kernel/store/directory.h>
#include <kernel/store/disk_error.h>
#include <kernel/store/file_copy.h>
#include <kernel/store/file_store.h>
#include <kernel/store/piece_writer.h>
#include <kernel/store/unix_time.h>
#include <kernel/store/uploads.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace bryo::kernel {
namespace {

constexpr std::size_t kLongestRecord = 4096;

std::string full_path(const Mountpath& mountpath, const std::string& name) {
  return mountpath.path() + "/uploads/" + name;
}

bool is_id(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

}  // namespace

Uploads::Uploads(FileStore& store, const std::vector<std::unique_ptr<Mountpath>>& mountpaths, UploadOptions options,
                 BlockingPool& pool, Clock& clock, Log& log, std::function<void()> emptied)
    : store_(store),
      mountpaths_(mountpaths),
      options_(options),
      pool_(pool),
      clock_(clock),
      log_(log),
      emptied_(std::move(emptied)) {}

Status Uploads::load() {
  for (const auto& mountpath : mountpaths_) {
    BRYO_CHECK(for_each_entry(mountpath->uploads(), ".",
                              [&](std::string_view name) { return load_upload(*mountpath, std::string(name)); }));
  }
  return {};
}

Status Uploads::load_upload(const Mountpath& mountpath, const std::string& name) {
  const std::string path = full_path(mountpath, name);
  std::array<char, kLongestRecord> text;
  struct stat info {};
  struct stat piece {};
  const ssize_t size = ::lgetxattr(path.c_str(), kUploadAttribute, text.data(), text.size());
  const bool readable = is_id(name) && size > 0 && ::lstat(path.c_str(), &info) == 0;
  if (!readable) return discard(mountpath, name);  // its creation was interrupted
  auto record = decode_upload_record({text.data(), static_cast<std::size_t>(size)});
  if (!record) {
    log_.warning("an upload with damaged metadata is given up", {{"directory", path}});
    return discard(mountpath, name);
  }
  std::int64_t used = to_unix_ns(info.st_mtim);
  if (record->kind == UploadKind::Append && ::lstat((path + "/1").c_str(), &piece) == 0) {
    // Two names: it became an object, and the crash came before it was taken from here.
    if (piece.st_nlink > 1) return discard(mountpath, name);
    used = std::max(used, to_unix_ns(piece.st_mtim));
  }
  uploads_[name] = std::make_shared<Upload>(name, *std::move(record), mountpath, std::nullopt, used);
  return {};
}

Task<Result<UploadPtr>> Uploads::begin(UploadKind kind, BucketPtr bucket, std::string object, std::string id,
                                       ObjectPtr from) {
  auto upload = std::make_shared<UploadPtr>();
  std::function<Status()> work = [this, kind, bucket, object, id, from, upload]() -> Status {
    BRYO_TRY(made, begin_blocking(kind, *bucket, object, id, from));
    *upload = std::move(made);
    return {};
  };
  BRYO_CO_CHECK(co_await pool_.run(std::move(work)));
  co_return std::move(*upload);
}

Result<UploadPtr> Uploads::begin_blocking(UploadKind kind, const Bucket& bucket, const std::string& object,
                                          const std::string& id, const ObjectPtr& from) {
  const Mountpath& mountpath = store_.owner(bucket.id(), object);
  BRYO_TRY(type, parse_checksum_type(BucketRecord::of(bucket).policy().checksum_type));
  const UploadRecord record{.kind = kind, .bucket_id = bucket.id(), .object = object};
  // What is copied is not read: then the checksum is computed at the end.
  auto checksum = from ? std::nullopt : std::optional(Checksum(type));
  auto upload = std::make_shared<Upload>(id, record, mountpath, std::move(checksum), clock_.unix_ns());
  {
    // The place is taken first, so that many at once cannot be more than the limit.
    const std::scoped_lock lock(mutex_);
    if (uploads_.size() >= options_.limit) {
      return Error(Errc::TooManyRequests, "there are " + std::to_string(uploads_.size()) +
                                              " uploads under way, which is the limit: complete or abort some, or wait "
                                              "until abandoned ones are given up");
    }
    if (!uploads_.try_emplace(id, upload).second) return Error(Errc::Conflict, "upload " + id + " exists");
  }
  Status made = make_directory(mountpath, record, id, store_.strict(bucket, false));
  if (made && from) {
    made = copy_content(*upload, *from);
    if (!made) static_cast<void>(discard(mountpath, id));
  }
  if (made) return upload;
  const std::scoped_lock lock(mutex_);
  uploads_.erase(id);
  return std::move(made).error();
}

Status Uploads::copy_content(Upload& upload, const OpenObject& from) const {
  BRYO_CHECK(store_.check_room(upload.mountpath(), from.size(), "upload " + upload.id()));
  BRYO_TRY(file, upload.open_piece(1, O_RDWR | O_CREAT));
  if (const int error = copy_file(FileObject::of(from).descriptor(), file.get(), 0, from.size())) {
    return disk_error(error, "cannot begin upload " + upload.id(), upload.mountpath().path());
  }
  return upload.grow_piece(1, {.size = from.size()}, std::nullopt, file.get(), false);
}

/// Appears under its id only with its record in place.
Status Uploads::make_directory(const Mountpath& mountpath, const UploadRecord& record, const std::string& id,
                               bool sync) const {
  const int uploads = mountpath.uploads();
  const std::string temporary = ".new-" + std::to_string(mountpath.next_number());
  const std::string text = encode(record);
  const auto failed = [&] {
    const int error = errno;
    ::unlinkat(uploads, temporary.c_str(), AT_REMOVEDIR);
    return disk_error(error, "cannot create " + full_path(mountpath, id), mountpath.path());
  };
  if (const int fault = BRYO_FAULT_POINT("store.begin_upload")) return errno = fault, failed();
  if (::mkdirat(uploads, temporary.c_str(), 0777) != 0) return failed();
  if (::setxattr(full_path(mountpath, temporary).c_str(), kUploadAttribute, text.data(), text.size(), 0) != 0) {
    return failed();
  }
  BRYO_SYNC_POINT("store.upload_described");
  if (::renameat2(uploads, temporary.c_str(), uploads, id.c_str(), RENAME_NOREPLACE) != 0) return failed();
  if (!sync || ::fsync(uploads) == 0) return {};
  return disk_error(errno, "cannot sync " + full_path(mountpath, id), mountpath.path());
}

UploadPtr Uploads::find(std::string_view id, UploadKind kind, const Bucket& bucket, std::string_view object) {
  const std::scoped_lock lock(mutex_);
  const auto found = uploads_.find(id);
  if (found == uploads_.end()) return nullptr;
  const UploadRecord& record = found->second->record();
  if (record.kind != kind || record.bucket_id != bucket.id() || record.object != object) return nullptr;
  found->second->use(clock_.unix_ns());
  return found->second;
}

Task<Result<std::unique_ptr<ObjectTurn>>> Uploads::take_turn(UploadPtr upload) {
  return turns_.take(upload->record().bucket_id, upload->id());
}

Task<Result<std::unique_ptr<ObjectWriter>>> Uploads::write(UploadPtr upload, BucketPtr bucket, std::uint32_t number,
                                                           WriteOptions options) {
  auto draft = std::make_shared<std::shared_ptr<PieceDraft>>();
  const std::uint64_t size_hint = options.size_hint;
  const bool sync = store_.strict(*bucket, false);
  std::function<Status()> work = [this, upload, number, options = std::move(options), sync, draft]() -> Status {
    BRYO_TRY(started, PieceDraft::start(store_, upload, number, options, sync));
    *draft = std::move(started);
    return {};
  };
  BRYO_CO_CHECK(co_await pool_.run(std::move(work)));
  co_return std::unique_ptr<ObjectWriter>(std::make_unique<PieceWriter>(std::move(*draft), pool_, size_hint));
}

Task<Result<FinishedContent>> Uploads::gathered(UploadPtr upload) {
  auto content = std::make_shared<FinishedContent>();
  std::function<Status()> work = [this, upload, content]() -> Status {
    BRYO_TRY(finished, gathered_blocking(*upload));
    *content = std::move(finished);
    return {};
  };
  BRYO_CO_CHECK(co_await pool_.run(std::move(work)));
  co_return std::move(*content);
}

Result<FinishedContent> Uploads::gathered_blocking(Upload& upload) const {
  BRYO_TRY(pieces, upload.pieces());
  const auto piece = pieces.find(1);
  const std::uint64_t size = piece == pieces.end() ? 0 : piece->second.size;
  BRYO_TRY(file, upload.open_piece(1, O_RDWR | O_CREAT));
  FinishedContent content{.file = std::move(file), .size = size};
  struct stat info {};
  if (::fstat(content.file.get(), &info) != 0) {
    return disk_error(errno, "cannot inspect upload " + upload.id(), upload.mountpath().path());
  }
  // It is the object's file already; only what came after its publication failed.
  if (info.st_nlink > 1) return Error(Errc::NotFound, upload.id() + " does not exist", "ErrNotFound");
  if (::ftruncate(content.file.get(), static_cast<off_t>(size)) != 0) {
    return disk_error(errno, "cannot cut upload " + upload.id(), upload.mountpath().path());
  }
  if (auto checksum = upload.checksum_before(1); checksum && checksum->type() != ChecksumType::None) {
    content.checksum_type = to_string(checksum->type());
    content.checksum_value = checksum->finish();
  }
  return content;
}

Task<Result<FinishedContent>> Uploads::assembled(UploadPtr upload) {
  auto content = std::make_shared<FinishedContent>();
  std::function<Status()> work = [this, upload, content]() -> Status {
    BRYO_TRY(finished, assembled_blocking(*upload));
    *content = std::move(finished);
    return {};
  };
  BRYO_CO_CHECK(co_await pool_.run(std::move(work)));
  co_return std::move(*content);
}

Result<FinishedContent> Uploads::assembled_blocking(Upload& upload) const {
  BRYO_TRY(pieces, upload.pieces());
  const Mountpath& mountpath = upload.mountpath();
  FinishedContent content;
  content.chunks = ChunkLayout{.count = static_cast<std::uint32_t>(pieces.size())};
  for (const auto& [number, piece] : pieces) {
    content.size += piece.size;
    content.chunks->max_size = std::max(content.chunks->max_size, piece.size);
  }
  BRYO_CHECK(store_.check_room(mountpath, content.size, "upload " + upload.id()));
  const auto failed = [&](int error) {
    return disk_error(error, "cannot assemble upload " + upload.id() + " on mountpath " + mountpath.path(),
                      mountpath.path());
  };
  content.file = store_.create_unnamed(mountpath);
  if (!content.file) return failed(errno);
  std::uint64_t offset = 0;
  std::uint32_t crc = 0;
  for (const auto& [number, piece] : pieces) {
    BRYO_TRY(file, upload.open_piece(number, O_RDONLY));
    if (const int error = copy_file(file.get(), content.file.get(), offset, piece.size)) return failed(error);
    offset += piece.size;
    crc = join_crc32c(crc, piece.crc32c, piece.size);
  }
  auto checksum = upload.checksum_before(content.chunks->count + 1);
  if (!checksum) {
    content.checksum_type = to_string(ChecksumType::Crc32c);
    content.checksum_value = crc32c_text(crc);
  } else if (checksum->type() != ChecksumType::None) {
    content.checksum_type = to_string(checksum->type());
    content.checksum_value = checksum->finish();
  }
  return content;
}

Task<Status> Uploads::remove(UploadPtr upload) {
  {
    const std::scoped_lock lock(mutex_);
    uploads_.erase(upload->id());
  }
  std::function<Status()> work = [this, upload] { return remove_blocking(*upload); };
  co_return co_await pool_.run(std::move(work));
}

Status Uploads::remove_blocking(const Upload& upload) { return discard(upload.mountpath(), upload.id()); }

/// In one step, whatever is in it; the trash takes its time.
Status Uploads::discard(const Mountpath& mountpath, const std::string& name) {
  for (;;) {
    const std::string trash = "upload-" + std::to_string(mountpath.next_number());
    if (::renameat2(mountpath.uploads(), name.c_str(), mountpath.trash(), trash.c_str(), RENAME_NOREPLACE) == 0) break;
    if (errno == ENOENT) return {};
    if (errno != EEXIST) {
      return disk_error(errno, "cannot move " + full_path(mountpath, name) + " to the trash", mountpath.path());
    }
  }
  emptied_();
  return {};
}

template <class Predicate>
void Uploads::remove_if_blocking(Predicate unwanted) {
  std::vector<UploadPtr> removed;
  {
    const std::scoped_lock lock(mutex_);
    for (auto upload = uploads_.begin(); upload != uploads_.end();) {
      if (unwanted(upload->second)) {
        removed.push_back(std::move(upload->second));
        upload = uploads_.erase(upload);
      } else {
        ++upload;
      }
    }
  }
  for (const UploadPtr& upload : removed) {
    if (const Status done = remove_blocking(*upload); !done) {
      log_.warning("an upload that was given up could not be removed; it is tried again after the next start",
                   {{"upload", upload->id()}, {"error", done.error().message()}});
    }
  }
}

void Uploads::drop_bucket_blocking(std::uint64_t bucket_id) {
  remove_if_blocking([bucket_id](const UploadPtr& upload) { return upload->record().bucket_id == bucket_id; });
}

void Uploads::sweep_blocking() {
  const std::int64_t limit = clock_.unix_ns() - options_.age.count();
  // Nobody but the table has it: no request is at it.
  remove_if_blocking([&](const UploadPtr& upload) { return upload.use_count() == 1 && upload->used_ns() < limit; });
}

}  // namespace bryo::kernel
