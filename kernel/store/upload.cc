#include <kernel/runtime/sync_point.h>
#include <kernel/store/directory.h>
#include <kernel/store/disk_error.h>
#include <kernel/store/text_fields.h>
#include <kernel/store/upload.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <array>
#include <cstdio>

namespace bryo::kernel {
namespace {

std::optional<PieceRecord> load_piece_record(int descriptor) {
  std::array<char, 64> text;
  const ssize_t size = ::fgetxattr(descriptor, kUploadAttribute, text.data(), text.size());
  if (size <= 0) return std::nullopt;
  auto record = decode_piece_record({text.data(), static_cast<std::size_t>(size)});
  return record ? std::optional(*record) : std::nullopt;
}

/// 0 or an errno.
int store_piece_record(int descriptor, const PieceRecord& piece) {
  const std::string text = encode(piece);
  return ::fsetxattr(descriptor, kUploadAttribute, text.data(), text.size(), 0) == 0 ? 0 : errno;
}

int sync_piece(int descriptor) {
  if (const int fault = BRYO_FAULT_POINT("store.sync_piece")) return fault;
  return ::fsync(descriptor) == 0 ? 0 : errno;
}

}  // namespace

Upload::Upload(std::string id, UploadRecord record, const Mountpath& mountpath, std::optional<Checksum> checksum,
               std::int64_t used_ns)
    : id_(std::move(id)),
      record_(std::move(record)),
      mountpath_(mountpath),
      used_ns_(used_ns),
      checksum_(std::move(checksum)) {
  loaded_ = checksum_.has_value();
}

Result<Upload::Pieces> Upload::pieces() {
  const std::scoped_lock lock(mutex_);
  BRYO_CHECK(load_pieces());
  return pieces_;
}

Status Upload::load_pieces() {
  if (loaded_) return {};
  Pieces found;
  BRYO_CHECK(for_each_entry(mountpath_.uploads(), id_.c_str(), [&](std::string_view name) -> Status {
    const auto number = parse_number<std::uint32_t>(name);
    if (!number) {  // a crash came before it was a piece
      ::unlinkat(mountpath_.uploads(), (id_ + "/").append(name).c_str(), 0);
      return {};
    }
    BRYO_TRY(file, open_piece(*number, O_RDONLY));
    struct stat info {};
    if (::fstat(file.get(), &info) != 0) return failure(errno, *number, "inspect");
    const auto record = load_piece_record(file.get());
    // Shorter than was acknowledged: a crash under relaxed durability. The piece must be sent again.
    if (!record || static_cast<std::uint64_t>(info.st_size) < record->size) return {};
    found[*number] = *record;
    return {};
  }));
  pieces_ = std::move(found);
  loaded_ = true;
  return {};
}

Result<Descriptor> Upload::open_piece(std::uint32_t number, int flags) const {
  Descriptor file(::openat(mountpath_.uploads(), path_of_piece(number).c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0666));
  if (!file) return failure(errno, number, "open");
  return file;
}

Status Upload::publish_piece(std::uint32_t number, PieceRecord piece, std::optional<Checksum> checksum, int descriptor,
                             bool sync) {
  if (const int error = store_piece_record(descriptor, piece)) return failure(error, number, "describe");
  if (sync) {
    if (const int error = sync_piece(descriptor)) return failure(error, number, "sync");
  }
  const std::string self = "/proc/self/fd/" + std::to_string(descriptor);
  const std::string temporary = id_ + "/.new-" + std::to_string(mountpath_.next_number());
  const std::string path = path_of_piece(number);
  const int uploads = mountpath_.uploads();
  std::unique_lock lock(mutex_);
  BRYO_CHECK(load_pieces());
  if (completing_) {
    return Error(Errc::Conflict, "upload " + id_ + " is being completed: part " + std::to_string(number) + " is late");
  }
  if (::linkat(AT_FDCWD, self.c_str(), uploads, temporary.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    return failure(errno, number, "create");
  }
  BRYO_SYNC_POINT("store.piece_linked");
  if (::renameat(uploads, temporary.c_str(), uploads, path.c_str()) != 0) {
    const int error = errno;
    ::unlinkat(uploads, temporary.c_str(), 0);
    return failure(error, number, "create");
  }
  pieces_[number] = piece;
  if (checksum && number == covered_ + 1) {
    checksum_ = std::move(checksum);
    covered_ = number;
  } else {
    checksum_.reset();  // out of order, or a piece that was covered is another one now
  }
  lock.unlock();
  if (sync) {
    const Descriptor directory(::openat(uploads, id_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory || ::fsync(directory.get()) != 0) return failure(errno, number, "sync");
  }
  return {};
}

Status Upload::grow_piece(std::uint32_t number, PieceRecord piece, std::optional<Checksum> checksum, int descriptor,
                          bool sync) {
  if (const int error = store_piece_record(descriptor, piece)) return failure(error, number, "describe");
  if (sync) {
    if (const int error = sync_piece(descriptor)) return failure(error, number, "sync");
  }
  const std::scoped_lock lock(mutex_);
  pieces_[number] = piece;
  checksum_ = std::move(checksum);
  return {};
}

std::optional<Checksum> Upload::checksum_before(std::uint32_t number) {
  const std::scoped_lock lock(mutex_);
  const bool next = record_.kind == UploadKind::Append || number == covered_ + 1;
  if (!checksum_ || !next) return std::nullopt;
  return checksum_->fork();
}

bool Upload::begin_completion() {
  const std::scoped_lock lock(mutex_);
  return !std::exchange(completing_, true);
}

void Upload::end_completion() {
  const std::scoped_lock lock(mutex_);
  completing_ = false;
}

Error Upload::failure(int error, std::uint32_t number, const char* what) const {
  if (error == ENOENT) return {Errc::NotFound, id_ + " does not exist", "ErrNotFound"};
  return disk_error(error,
                    "cannot " + std::string(what) + " piece " + std::to_string(number) + " of upload " + id_ +
                        " on mountpath " + mountpath_.path(),
                    mountpath_.path());
}

}  // namespace bryo::kernel
