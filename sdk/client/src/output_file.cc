#include <bryo/client/output_file.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace bryo::client {
namespace {

Error write_error(std::string_view what, const std::string& path, int number) {
  const auto code = number == ENOSPC || number == EDQUOT ? Errc::OutOfSpace : Errc::Io;
  return {code, std::string(what) + " " + path + ": " + std::strerror(number)};
}

std::string temporary_name(const std::filesystem::path& path) {
  static std::atomic<unsigned> counter{0};
  // Not derived from the whole name: a name of 255 bytes has no room for a suffix.
  const auto name = ".bryo-" + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".part";
  return (path.parent_path() / name).string();
}

}  // namespace

Result<OutputFile> OutputFile::create(std::string path) {
  const std::filesystem::path target(path);
  std::error_code failure;
  const auto status = std::filesystem::status(target, failure);
  if (std::filesystem::is_directory(status)) return Error(Errc::InvalidArgument, path + " is a folder, not a file");
  const bool direct = std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
  if (!direct && target.has_parent_path()) {
    std::filesystem::create_directories(target.parent_path(), failure);
    if (failure) {
      return Error(Errc::Io, "cannot make folder " + target.parent_path().string() + ": " + failure.message());
    }
  }
  std::string temporary = direct ? std::string() : temporary_name(target);
  const auto& opened = direct ? path : temporary;
  const int descriptor = ::open(opened.c_str(), O_WRONLY | O_CLOEXEC | (direct ? 0 : O_CREAT | O_EXCL), 0666);
  if (descriptor < 0) return write_error("cannot create", path, errno);
  return Result<OutputFile>(OutputFile(std::move(path), std::move(temporary), descriptor));
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

OutputFile::~OutputFile() { discard(); }

Status OutputFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto n = ::write(descriptor_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return write_error("cannot write", path_, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

Status OutputFile::commit() {
  // A network file system reports a full disk only here.
  if (::close(std::exchange(descriptor_, -1)) != 0) return write_error("cannot write", path_, errno);
  if (!temporary_.empty()) {
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) return write_error("cannot rename to", path_, errno);
    temporary_.clear();
  }
  return {};
}

void OutputFile::discard() noexcept {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

}  // namespace bryo::client
