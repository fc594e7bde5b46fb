#include <kernel/reference/pages.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace bryo::kernel {
namespace {

Error cannot_write(const std::string& what, int error) {
  return Error(Errc::Io, "cannot write " + what + ": " + std::strerror(error));
}

/// `shown` is the file in messages.
Status write_whole(const std::string& path, const std::string& shown, std::string_view text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return cannot_write(shown, errno);
  int error = 0;
  while (!text.empty() && error == 0) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
    if (n <= 0 && errno != EINTR) error = errno;
  }
  if (::close(fd) != 0 && error == 0) error = errno;  // where a full network disk says so
  return error == 0 ? Status{} : Status(cannot_write(shown, error));
}

/// Removes what was not renamed.
struct Temporaries {
  std::vector<std::string> paths;
  ~Temporaries() {
    for (const std::string& path : paths) ::unlink(path.c_str());
  }
};

}  // namespace

Status write_pages(const std::string& directory, const std::vector<ReferencePage>& pages) {
  struct stat found {};
  if (::stat(directory.c_str(), &found) != 0 || !S_ISDIR(found.st_mode)) {
    return Error(Errc::NotFound, "there is no directory " + directory + " for the pages: make it, or name another");
  }
  Temporaries temporaries;
  for (const ReferencePage& page : pages) {
    temporaries.paths.push_back(directory + "/." + page.file + ".new");
    BRYO_CHECK(write_whole(temporaries.paths.back(), directory + "/" + page.file, page.text));
  }
  for (std::size_t i = 0; i < pages.size(); ++i) {
    const std::string path = directory + "/" + pages[i].file;
    if (::rename(temporaries.paths[i].c_str(), path.c_str()) != 0) return cannot_write(path, errno);
  }
  return {};
}

}  // namespace bryo::kernel
