#include "promote_folder.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include <cerrno>
#include <system_error>

namespace bryo::promote {
namespace {

Error failed(int error, const std::string& what, const std::string& path) {
  if (error == EXDEV || error == ELOOP) {
    return {Errc::InvalidArgument,
            path + " leads out of the folder that may be promoted: it is, or lies behind, a link"};
  }
  if (error == ENOSYS) {
    return {Errc::Unsupported, "cannot " + what + " " + path + ": the system call openat2 is not allowed here"};
  }
  const Errc code = error == ENOENT || error == ENOTDIR ? Errc::NotFound : error == EACCES ? Errc::Forbidden : Errc::Io;
  return {code, "cannot " + what + " " + path + ": " + std::generic_category().message(error)};
}

}  // namespace

Result<PromoteFolder> PromoteFolder::open(const std::string& path) {
  OwnedFile directory(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return failed(errno, "open", path);
  return PromoteFolder(path, std::move(directory));
}

Result<OwnedFile> PromoteFolder::open_at(const std::string& relative, int flags) const {
  const struct open_how how = {.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC),
                               .mode = 0,
                               .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
  const char* path = relative.empty() ? "." : relative.c_str();
  OwnedFile file(static_cast<int>(::syscall(SYS_openat2, directory_.get(), path, &how, sizeof how)));
  if (!file) return failed(errno, "open", shown(relative));
  return file;
}

Result<PromoteFolder::File> PromoteFolder::open_below(const std::string& relative) const {
  // O_NONBLOCK: a pipe must not keep the job waiting for its other end.
  BRYO_TRY(descriptor, open_at(relative, O_RDONLY | O_NONBLOCK));
  File file{std::move(descriptor), {}};
  if (::fstat(file.descriptor.get(), &file.info) != 0) return failed(errno, "inspect", shown(relative));
  return file;
}

Status PromoteFolder::remove_below(const std::string& relative, const struct stat& info) const {
  const auto slash = relative.rfind('/');
  BRYO_TRY(parent,
           open_at(slash == std::string::npos ? std::string() : relative.substr(0, slash), O_PATH | O_DIRECTORY));
  const std::string name = slash == std::string::npos ? relative : relative.substr(slash + 1);
  struct stat now {};
  if (::fstatat(parent.get(), name.c_str(), &now, AT_SYMLINK_NOFOLLOW) != 0) {
    return errno == ENOENT ? Status() : Status(failed(errno, "inspect", shown(relative)));
  }
  if (!unchanged(now, info)) {
    return Error(Errc::Conflict, shown(relative) + " is not the file that became an object: it was not deleted");
  }
  if (::unlinkat(parent.get(), name.c_str(), 0) != 0) return failed(errno, "delete", shown(relative));
  return {};
}

bool unchanged(const struct stat& a, const struct stat& b) {
  const auto same = [](const struct timespec& x, const struct timespec& y) {
    return x.tv_sec == y.tv_sec && x.tv_nsec == y.tv_nsec;
  };
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size && same(a.st_mtim, b.st_mtim) &&
         same(a.st_ctim, b.st_ctim);
}

}  // namespace bryo::promote
