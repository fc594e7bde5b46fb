#include <kernel/node/data_dir.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>

namespace bryo::kernel {
namespace {

namespace fs = std::filesystem;

Error io_error(const std::string& what, int error) { return Error(Errc::Io, what + ": " + std::strerror(error)); }

// Replaces a small file so that a crash leaves the old or the new content.
Status write_file(const std::string& path, const std::string& content) {
  const std::string temporary = path + ".new";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return io_error("cannot write " + path, errno);
  const bool ok =
      ::write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size()) && ::fsync(fd) == 0;
  const int error = errno;
  ::close(fd);
  if (!ok || ::rename(temporary.c_str(), path.c_str()) != 0)
    return io_error("cannot write " + path, ok ? errno : error);
  return {};
}

std::string random_id() {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device random;
  std::string id(8, 'x');
  for (char& c : id) c = kAlphabet[random() % (sizeof kAlphabet - 1)];
  return id;
}

}  // namespace

Result<std::unique_ptr<DataDir>> DataDir::open(const std::string& path) {
  std::error_code ec;
  const std::string absolute = fs::absolute(path, ec).lexically_normal();
  fs::create_directories(absolute + "/run", ec);
  if (ec) return Error(Errc::Io, "node.data_dir \"" + absolute + "\" cannot be used: " + ec.message());
  const std::string lock_path = absolute + "/run/lock";
  const int lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock < 0) return io_error("cannot open " + lock_path, errno);
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    std::string pid;
    std::ifstream(lock_path) >> pid;
    ::close(lock);
    return Error(Errc::Conflict, "another bryod (process " + pid + ") runs on " + absolute +
                                     ": stop it, or choose another directory with --dir");
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(lock, 0) != 0 || ::pwrite(lock, pid.data(), pid.size(), 0) < 0) {
    const int error = errno;
    ::close(lock);
    return io_error("cannot write " + lock_path, error);
  }
  return std::unique_ptr<DataDir>(new DataDir(absolute, lock));
}

DataDir::~DataDir() {
  ::unlink((path_ + "/run/url").c_str());
  ::close(lock_);
}

Result<std::string> DataDir::node_id() {
  const std::string path = path_ + "/node-id";
  std::string id;
  if (std::ifstream(path) >> id && !id.empty()) return id;
  id = random_id();
  BRYO_CHECK(write_file(path, id + "\n"));
  return id;
}

Status DataDir::announce(const std::string& url) { return write_file(path_ + "/run/url", url + "\n"); }

Result<std::string> DataDir::spool(const std::string& directory, const std::string& name) {
  const std::string path = directory + "/" + name;
  std::error_code ec;
  fs::remove_all(path, ec);
  fs::create_directories(path, ec);
  if (ec) return Error(Errc::Io, "cannot create " + path + ": " + ec.message());
  return path;
}

}  // namespace bryo::kernel
