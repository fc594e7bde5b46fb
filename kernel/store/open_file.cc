#include <kernel/cluster/placement.h>
#include <kernel/runtime/sync_point.h>
#include <kernel/store/chunk_layout.h>
#include <kernel/store/disk_error.h>
#include <kernel/store/object_metadata.h>
#include <kernel/store/open_file.h>
#include <kernel/store/unix_time.h>

#include <fcntl.h>
#include <sys/uio.h>
#define XXH_INLINE_ALL  // short keys: the call would cost as much as the hash
#include <xxhash.h>

#include <cerrno>

namespace bryo::kernel {
ObjectKey::ObjectKey(std::uint64_t bucket_id_, std::string_view name_) noexcept
    : bucket_id(bucket_id_), name(name_), hash(XXH3_64bits_withSeed(name_.data(), name_.size(), bucket_id_)) {}

std::uint64_t version_stamp(const struct stat& file) noexcept {
  // The store gives every version a modification time of its own, so inode and time name the content.
  const auto stamp = placement_mix(file.st_ino ^ placement_mix(static_cast<std::uint64_t>(to_unix_ns(file.st_mtim))));
  return stamp == kNoObject ? 1 : stamp;
}

Result<std::shared_ptr<const OpenFile>> OpenFile::adopt(Descriptor file, const ObjectKey& key,
                                                        const Mountpath& mountpath, BlockingPool& pool) {
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return disk_error(errno, "cannot inspect " + path_of(file.get()));
  if (!S_ISREG(info.st_mode)) return Error(Errc::Io, path_of(file.get()) + " is not a regular file");
  return std::make_shared<const OpenFile>(std::move(file), key, mountpath, pool, info);
}

OpenFile::OpenFile(Descriptor file, const ObjectKey& key, const Mountpath& mountpath, BlockingPool& pool,
                   const struct stat& info)
    : FileObject(static_cast<std::uint64_t>(info.st_size), version_stamp(info), file.get()),
      hash_(key.hash),
      bucket_id_(key.bucket_id),
      name_(key.name),
      mountpath_(mountpath),
      pool_(pool),
      file_(std::move(file)),
      chunked_(is_chunked(info.st_mode)),
      atime_ns_(to_unix_ns(info.st_atim)) {}

std::optional<Status> OpenFile::try_read(std::uint64_t offset, MutableBytes out) const {
  if (!inside(offset, out.size())) return outside(offset, out.size());
  while (!out.empty()) {
    const struct iovec piece = {.iov_base = out.data(), .iov_len = out.size()};
    const ssize_t got = ::preadv2(descriptor(), &piece, 1, static_cast<off_t>(offset), RWF_NOWAIT);
    if (got < 0) {
      if (errno == EINTR) continue;
      // EAGAIN: the disk is needed. EOPNOTSUPP: this file system cannot tell.
      if (errno == EAGAIN || errno == EOPNOTSUPP) return std::nullopt;
      return disk_error(errno, "cannot read " + path_of(descriptor()));
    }
    if (got == 0) return shortened();
    out = out.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  return Status();
}

Task<Status> OpenFile::read(std::uint64_t offset, MutableBytes out) const {
  std::function<Status()> work = [this, offset, out] { return read_blocking(offset, out); };
  co_return co_await pool_.run(std::move(work));
}

Status OpenFile::read_blocking(std::uint64_t offset, MutableBytes out) const {
  if (!inside(offset, out.size())) return outside(offset, out.size());
  if (const int fault = BRYO_FAULT_POINT("store.read")) {
    return disk_error(fault, "cannot read " + path_of(descriptor()));
  }
  while (!out.empty()) {
    const ssize_t got = ::pread(descriptor(), out.data(), out.size(), static_cast<off_t>(offset));
    if (got < 0) {
      if (errno == EINTR) continue;
      return disk_error(errno, "cannot read " + path_of(descriptor()));
    }
    if (got == 0) return shortened();
    out = out.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  return {};
}

void OpenFile::will_need(std::uint64_t offset, std::uint64_t length) const {
  ::posix_fadvise(descriptor(), static_cast<off_t>(offset), static_cast<off_t>(length), POSIX_FADV_WILLNEED);
}

Result<std::shared_ptr<const ObjectAttributes>> OpenFile::attributes() const {
  if (auto known = attributes_.load()) return known;
  BRYO_TRY(read, read_attributes(descriptor(), size()));
  auto fresh = std::make_shared<const ObjectAttributes>(std::move(read));
  attributes_.store(fresh);
  return fresh;
}

bool OpenFile::inside(std::uint64_t offset, std::size_t length) const noexcept {
  return offset <= size() && length <= size() - offset;
}

Error OpenFile::outside(std::uint64_t offset, std::size_t length) const {
  return {Errc::RangeNotSatisfiable, "bytes " + std::to_string(offset) + "+" + std::to_string(length) +
                                         " are not within the " + std::to_string(size()) + " bytes of " + name_};
}

Error OpenFile::shortened() const {
  return {Errc::Io, "file " + path_of(descriptor()) + " is shorter than its " + std::to_string(size()) +
                        " bytes: it was cut by something else than this node"};
}

}  // namespace bryo::kernel
