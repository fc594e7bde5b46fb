#include <kernel/store/disk_error.h>
#include <kernel/store/name_codec.h>
#include <kernel/store/object_metadata.h>
#include <kernel/store/object_record.h>
#include <kernel/store/unix_time.h>

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace bryo::kernel {
namespace {

constexpr std::size_t kUsual = 4096;
constexpr std::size_t kLargest = 64 << 10;  ///< the kernel's limit

/// `get(buffer, size)` is fgetxattr or lgetxattr. 0 or an errno.
template <class Get>
int load(Get get, std::string& record) {
  record.resize(kUsual);
  ssize_t got = get(record.data(), record.size());
  if (got < 0 && errno == ERANGE) {
    record.resize(kLargest);
    got = get(record.data(), record.size());
  }
  if (got < 0) return errno;
  record.resize(static_cast<std::size_t>(got));
  return 0;
}

Error unreadable(int error, const std::string& path) {
  return {Errc::Io,
          "file " + path + " has " +
              (error == ENODATA ? "no metadata (attribute user.bryo): it was not written by this store, or copied "
                                  "without extended attributes"
                                : "metadata that cannot be read: " + std::generic_category().message(error))};
}

/// ext4 answers a full disk (ENOSPC) also when one file has too many attributes.
Error refused(int error, std::size_t bytes, const std::string& object, const Mountpath& mountpath) {
  constexpr std::size_t kAlwaysFits = 1024;
  struct statvfs info {};
  const bool full =
      error == EDQUOT ||
      (error == ENOSPC && (bytes <= kAlwaysFits || ::fstatvfs(mountpath.objects(), &info) != 0 || info.f_bavail == 0));
  if (!full && (error == ENOSPC || error == E2BIG || error == ERANGE)) {
    return {Errc::InvalidArgument, "the name and custom metadata of " + object + " take " + std::to_string(bytes) +
                                       " bytes, more than the file system of mountpath " + mountpath.path() +
                                       " keeps with a file (about 3.9 KiB on ext4): shorten the custom metadata"};
  }
  return disk_error(error, "cannot store the metadata of " + object + " on mountpath " + mountpath.path(),
                    mountpath.path());
}

}  // namespace

std::string path_of(int descriptor) {
  const std::string self = "/proc/self/fd/" + std::to_string(descriptor);
  std::array<char, 4096> path;
  const ssize_t size = ::readlink(self.c_str(), path.data(), path.size());
  return size > 0 ? std::string(path.data(), static_cast<std::size_t>(size)) : "(path unknown)";
}

Result<ObjectAttributes> read_attributes(int descriptor, std::uint64_t size) {
  std::string record;
  const auto get = [&](char* buffer, std::size_t room) {
    return ::fgetxattr(descriptor, kRecordAttribute, buffer, room);
  };
  if (const int error = load(get, record)) return unreadable(error, path_of(descriptor));
  auto attributes = decode_object_record(record);
  // The path costs a system call, so it is asked for only to name it.
  if (attributes && attributes->size == size) return attributes;
  return check_record(record, path_of(descriptor), size);
}

int load_record(const char* path, std::string& record) {
  return load([&](char* buffer, std::size_t room) { return ::lgetxattr(path, kRecordAttribute, buffer, room); },
              record);
}

Result<ObjectAttributes> check_record(std::string_view record, const std::string& path,
                                      std::optional<std::uint64_t> size) {
  auto attributes = decode_object_record(record);
  if (!attributes) return Error(Errc::Io, "file " + path + " has " + attributes.error().message());
  if (size && attributes->size != *size) {
    return Error(Errc::Io, "file " + path + " has " + std::to_string(*size) + " bytes, but its metadata says " +
                               std::to_string(attributes->size) + ": it was changed by something else than this node");
  }
  return attributes;
}

Status write_attributes(int descriptor, const ObjectAttributes& attributes, const std::string& object,
                        const Mountpath& mountpath) {
  const std::string record = encode_object_record(attributes);
  if (::fsetxattr(descriptor, kRecordAttribute, record.data(), record.size(), 0) == 0) return {};
  const int error = errno;
  const ssize_t name = ::fgetxattr(descriptor, kNameAttribute, nullptr, 0);
  return refused(error, record.size() + static_cast<std::size_t>(std::max<ssize_t>(name, 0)), object, mountpath);
}

Status write_name(int descriptor, const std::string& name, const std::string& object, const Mountpath& mountpath) {
  if (::fsetxattr(descriptor, kNameAttribute, name.data(), name.size(), 0) == 0) return {};
  return refused(errno, name.size(), object, mountpath);
}

Status describe_file(int descriptor, const std::string& name, const ObjectAttributes& attributes,
                     const std::string& object, const Mountpath& mountpath) {
  if (FileName(name).hashed()) BRYO_CHECK(write_name(descriptor, name, object, mountpath));
  BRYO_CHECK(write_attributes(descriptor, attributes, object, mountpath));
  const struct timespec time = to_timespec(attributes.mtime_ns);
  const std::array<struct timespec, 2> times = {time, time};
  if (::futimens(descriptor, times.data()) == 0) return {};
  return disk_error(errno, "cannot describe " + object + " on mountpath " + mountpath.path(), mountpath.path());
}

}  // namespace bryo::kernel
