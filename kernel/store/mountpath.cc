#include <kernel/cluster/placement.h>
#include <kernel/runtime/sync_point.h>
#include <kernel/store/directory.h>
#include <kernel/store/disk_error.h>
#include <kernel/store/mountpath.h>
#include <kernel/store/object_record.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace bryo::kernel {
namespace {

constexpr const char* kWork = "work";
constexpr std::string_view kMountpathFormat = "bryo mountpath 1\n";

std::string cleaned(const std::string& path) {
  std::error_code ignored;
  std::string out = std::filesystem::absolute(path, ignored).lexically_normal().string();
  while (out.size() > 1 && out.back() == '/') out.pop_back();
  return out;
}

}  // namespace

Mountpath::Mountpath(MountpathConfig config)
    : config_(std::move(config)), objects_path_(config_.path + "/objects/"), digest_(placement_digest(config_.path)) {}

Result<std::unique_ptr<Mountpath>> Mountpath::open(MountpathConfig config) {
  if (config.path.empty()) return Error(Errc::InvalidArgument, "a mountpath has an empty path");
  config.path = cleaned(config.path);
  std::unique_ptr<Mountpath> mountpath(new Mountpath(std::move(config)));
  BRYO_CHECK(mountpath->open_directories());
  BRYO_CHECK(mountpath->lock_format());
  BRYO_CHECK(mountpath->probe());
  BRYO_CHECK(mountpath->empty_work());
  return mountpath;
}

Status Mountpath::open_directories() {
  std::error_code error;
  std::filesystem::create_directories(path(), error);
  if (error) return disk_error(error.value(), "mountpath " + path() + " cannot be created", path());
  root_ = Descriptor(::open(path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root_) return disk_error(errno, "mountpath " + path() + " cannot be read", path());
  const auto open_child = [&](const char* name, Descriptor& child) -> Status {
    if (::mkdirat(root_.get(), name, 0777) != 0 && errno != EEXIST) {
      return disk_error(errno, "mountpath " + path() + " is not writable (creating " + name + ")", path());
    }
    child = Descriptor(::openat(root_.get(), name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    if (!child) return disk_error(errno, "mountpath " + path() + ": directory " + name + " cannot be read", path());
    return {};
  };
  BRYO_CHECK(open_child("objects", objects_));
  BRYO_CHECK(open_child(kWork, work_));
  BRYO_CHECK(open_child("uploads", uploads_));
  BRYO_CHECK(open_child("trash", trash_));
  struct stat info {};
  if (::fstat(objects_.get(), &info) != 0) return disk_error(errno, "mountpath " + path() + " cannot be read", path());
  device_ = info.st_dev;
  return {};
}

Status Mountpath::lock_format() {
  const std::string file = format_path();
  format_ = Descriptor(::openat(root_.get(), "bryo-mountpath", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666));
  if (!format_) return disk_error(errno, "mountpath " + path() + " is not writable (opening " + file + ")", path());
  if (::flock(format_.get(), LOCK_EX | LOCK_NB) != 0) {
    return Error(Errc::Unavailable,
                 "mountpath " + path() + " is in use: another node runs on it, or it is configured twice");
  }
  std::array<char, 64> text;
  const ssize_t size = ::pread(format_.get(), text.data(), text.size(), 0);
  if (size < 0) return disk_error(errno, "cannot read " + file, path());
  if (size > 0 && !std::string_view(text.data(), static_cast<std::size_t>(size)).starts_with(kMountpathFormat)) {
    return Error(Errc::Unsupported, "mountpath " + path() + " has a layout that this version does not know (see " +
                                        file + "): use the version of Bryo that wrote it, or an empty directory");
  }
  return {};
}

Result<std::uint64_t> Mountpath::exchange_set(std::uint64_t set) const {
  std::array<char, 64> text{};
  if (::pread(format_.get(), text.data(), text.size() - 1, 0) < 0) {
    return disk_error(errno, "cannot read " + format_path(), path());
  }
  std::uint64_t known = 0;
  unsigned long long noted = 0;
  if (std::sscanf(text.data(), "bryo mountpath 1\nset %16llx", &noted) == 1) known = noted;
  if (known == set) return known;
  std::array<char, 64> next;
  const int length =
      std::snprintf(next.data(), next.size(), "bryo mountpath 1\nset %016llx\n", static_cast<unsigned long long>(set));
  if (::pwrite(format_.get(), next.data(), static_cast<std::size_t>(length), 0) != length ||
      ::fsync(format_.get()) != 0 || ::fsync(root_.get()) != 0) {
    return disk_error(errno, "cannot write " + format_path(), path());
  }
  return known;
}

Status Mountpath::probe() const {
  const Descriptor file(::openat(work_.get(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0666));
  if (!file) {
    if (errno == EOPNOTSUPP || errno == EISDIR) {
      return Error(Errc::Unsupported, "mountpath " + path() +
                                          ": its file system has no unnamed temporary files (O_TMPFILE); use ext4, "
                                          "XFS, btrfs or tmpfs");
    }
    return disk_error(errno, "mountpath " + path() + " is not writable", path());
  }
  int error = BRYO_FAULT_POINT("store.probe_xattr");
  if (error == 0 && ::fsetxattr(file.get(), kRecordAttribute, "probe", 5, 0) != 0) error = errno;
  if (error != 0) {
    if (error == EOPNOTSUPP) {
      return Error(Errc::Unsupported, "mountpath " + path() +
                                          ": its file system does not keep extended attributes of users; use ext4, "
                                          "XFS or btrfs (or mount it with user_xattr)");
    }
    return disk_error(error, "mountpath " + path() + ": cannot set an extended attribute", path());
  }
  // The store tells versions of an object apart by their modification times.
  const std::array<struct timespec, 2> times = {
      {{.tv_sec = 0, .tv_nsec = UTIME_OMIT}, {.tv_sec = 1'700'000'000, .tv_nsec = 123'456'789}}};
  struct stat info {};
  if (::futimens(file.get(), times.data()) != 0 || ::fstat(file.get(), &info) != 0) {
    return disk_error(errno, "mountpath " + path() + ": cannot set the time of a file", path());
  }
  if (info.st_mtim.tv_nsec != times[1].tv_nsec) {
    return Error(Errc::Unsupported, "mountpath " + path() +
                                        ": its file system does not keep nanoseconds of modification times; use ext4 "
                                        "with 256-byte inodes, XFS or btrfs");
  }
  return {};
}

Status Mountpath::empty_work() const {
  return for_each_entry(work_.get(), ".", [&](std::string_view name) -> Status {
    const std::string file(name);
    if (::unlinkat(work_.get(), file.c_str(), 0) != 0 && errno != ENOENT) {
      return disk_error(errno, "cannot remove " + path() + "/" + kWork + "/" + file, path());
    }
    return {};
  });
}

}  // namespace bryo::kernel
