#include "folder_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>

namespace folder {
namespace {

/// Files that are being written.
constexpr std::string_view kTemporary = ".bryo-";

std::string directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

std::string base_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

struct Entry {
  std::string name;  ///< of a directory: with a '/' behind, which is what orders whole names bytewise
  bool directory;
};

/// What `descriptor` (taken over) holds, sorted. Symbolic links and special files are passed over.
std::vector<Entry> entries_of(int descriptor) {
  std::vector<Entry> entries;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::fdopendir(descriptor), &::closedir);
  if (!directory) return entries;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == ".." || name.starts_with(kTemporary)) continue;
    struct stat status {};
    if (::fstatat(::dirfd(directory.get()), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (S_ISDIR(status.st_mode)) entries.push_back({std::string(name) + "/", true});
    if (S_ISREG(status.st_mode)) entries.push_back({std::string(name), false});
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return entries;
}

bryo::ObjectAttributes attributes_of(const struct stat& status) {
  bryo::ObjectAttributes out;
  out.size = static_cast<std::uint64_t>(status.st_size);
  out.mtime_ns = status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec;
  out.custom = {{"source", "folder"}, {"ETag", std::to_string(out.mtime_ns) + "-" + std::to_string(out.size)}};
  return out;
}

}  // namespace

File::~File() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

/// Collects one page. Memory is that of the directories on the way down and of the page.
class Tree::Walk {
 public:
  Walk(const Tree& tree, std::string top, const bryo::BackendListRequest& request)
      : tree_(tree), top_(std::move(top)), request_(request) {}

  /// `below` is "" or ends with '/'. False when the page is full.
  bool visit(const std::string& below) {
    const File directory = tree_.open_beneath(top_ + "/" + below, O_RDONLY | O_DIRECTORY);
    if (directory.get() < 0) return true;  // removed meanwhile, or not ours to read
    for (const Entry& entry : entries_of(::dup(directory.get()))) {
      const std::string name = below + entry.name;
      if (!(entry.directory ? visit_directory(name) : visit_file(directory, name, entry.name))) return false;
    }
    return true;
  }

  bryo::BackendPage take() { return std::move(page_); }

 private:
  bool visit_directory(const std::string& name) {
    const bool leads_there = request_.prefix.starts_with(name);
    if (!leads_there && !name.starts_with(request_.prefix)) return true;
    const bool passed = name <= request_.token && !request_.token.starts_with(name);
    if (passed) return true;
    if (request_.recursive || leads_there) return visit(name);
    return request_.token.starts_with(name) || add({.name = name, .directory = true});
  }

  bool visit_file(const File& directory, const std::string& name, const std::string& base) {
    if (!name.starts_with(request_.prefix) || name <= request_.token) return true;
    struct stat status {};
    if (::fstatat(directory.get(), base.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return true;
    return add({.name = name, .directory = false, .attributes = attributes_of(status)});
  }

  bool add(bryo::BackendEntry entry) {
    if (page_.entries.size() == request_.limit) {
      page_.next = page_.entries.back().name;
      return false;
    }
    page_.entries.push_back(std::move(entry));
    return true;
  }

  const Tree& tree_;
  const std::string top_;
  const bryo::BackendListRequest& request_;
  bryo::BackendPage page_;
};

bryo::Result<Tree> Tree::open(const std::string& root) {
  File opened(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() < 0) {
    return bryo::Error(bryo::Errc::InvalidArgument, "cannot use the folder \"" + root + "\": " + std::strerror(errno) +
                                                        "; correct [plugin.folder] root");
  }
  return Tree(std::move(opened), root);
}

File Tree::open_beneath(const std::string& path, int flags, unsigned mode) const {
  struct open_how how {};
  how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
  how.mode = mode;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  return File(static_cast<int>(::syscall(SYS_openat2, root_.get(), path.c_str(), &how, sizeof how)));
}

bryo::Error Tree::failed(const std::string& what, const std::string& path) const {
  const int error = errno;
  const std::string text = "cannot " + what + " " + path + " in the folder " + shown_ + ": " + std::strerror(error);
  if (error == ENOENT || error == ENOTDIR) return bryo::Error(bryo::Errc::NotFound, text);
  if (error == ENOSPC || error == EDQUOT) return bryo::Error(bryo::Errc::OutOfSpace, text);
  return bryo::Error(bryo::Errc::Io, text);
}

bryo::Status Tree::check_directory(const std::string& path) const {
  if (open_beneath(path, O_PATH | O_DIRECTORY).get() < 0) return failed("open", path);
  return {};
}

bryo::Result<std::vector<std::string>> Tree::directories() const {
  const File here = open_beneath(".", O_RDONLY | O_DIRECTORY);
  if (here.get() < 0) return failed("list", ".");
  std::vector<std::string> names;
  for (Entry& entry : entries_of(::dup(here.get()))) {
    if (!entry.directory) continue;
    entry.name.pop_back();
    names.push_back(std::move(entry.name));
  }
  return names;
}

bryo::Result<bryo::ObjectAttributes> Tree::describe(const std::string& path) const {
  const File file = open_beneath(path, O_PATH);
  struct stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) return failed("look at", path);
  if (!S_ISREG(status.st_mode)) {
    errno = ENOENT;
    return failed("look at", path);
  }
  return attributes_of(status);
}

bryo::Result<File> Tree::open_file(const std::string& path) const {
  // Not blocking: opening a FIFO would wait for its writer.
  File file = open_beneath(path, O_RDONLY | O_NONBLOCK);
  if (file.get() < 0) return failed("read", path);
  return file;
}

bryo::Result<bryo::BackendPage> Tree::list(const std::string& directory,
                                           const bryo::BackendListRequest& request) const {
  BRYO_CHECK(check_directory(directory));
  Walk walk(*this, directory, request);
  walk.visit("");
  return walk.take();
}

bryo::Result<std::pair<File, std::string>> Tree::create_beside(const std::string& path) const {
  const std::string directory = directory_of(path);
  // The first component is the bucket, which nobody makes by writing to it.
  for (auto slash = directory.find('/'); slash != std::string::npos;) {
    slash = directory.find('/', slash + 1);
    const std::string next = directory.substr(0, slash);
    const File parent = open_beneath(directory_of(next), O_PATH | O_DIRECTORY);
    if (::mkdirat(parent.get(), base_of(next).c_str(), 0777) != 0 && errno != EEXIST) return failed("make", next);
  }
  static const auto process = std::to_string(::getpid());
  static std::atomic<std::uint64_t> count{0};
  std::string temporary = directory + "/" + std::string(kTemporary) + process + "-" + std::to_string(++count);
  File file = open_beneath(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0666);
  if (file.get() < 0) return failed("write", path);
  return std::pair(std::move(file), std::move(temporary));
}

bryo::Status Tree::publish(const File& file, const std::string& temporary, const std::string& path) const {
  const File directory = open_beneath(directory_of(path), O_RDONLY | O_DIRECTORY);
  if (directory.get() < 0) return failed("publish", path);
  if (::fsync(file.get()) != 0 ||
      ::renameat(directory.get(), base_of(temporary).c_str(), directory.get(), base_of(path).c_str()) != 0 ||
      ::fsync(directory.get()) != 0) {
    return failed("publish", path);
  }
  return {};
}

bryo::Status Tree::remove(const std::string& path) const {
  const File directory = open_beneath(directory_of(path), O_PATH | O_DIRECTORY);
  if (directory.get() < 0 || ::unlinkat(directory.get(), base_of(path).c_str(), 0) != 0) return failed("remove", path);
  return {};
}

}  // namespace folder
