#include <bryo/client/byte_stream.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace bryo::client {

Status MemoryBody::rewind() {
  at_ = 0;
  return {};
}

Result<std::size_t> MemoryBody::read(std::span<std::byte> out) {
  const auto n = std::min(out.size(), bytes_.size() - at_);
  std::memcpy(out.data(), bytes_.data() + at_, n);
  at_ += n;
  return n;
}

Result<FileBody> FileBody::open(std::string path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return Error(Errc::Io, "cannot open " + path + ": " + std::strerror(errno));
  FileBody body(std::move(path), descriptor, 0);
  struct stat info {};
  if (::fstat(descriptor, &info) != 0)
    return Error(Errc::Io, "cannot stat " + body.path_ + ": " + std::strerror(errno));
  if (!S_ISREG(info.st_mode)) return Error(Errc::InvalidArgument, body.path_ + " is not a regular file");
  body.size_ = static_cast<std::uint64_t>(info.st_size);
  return Result<FileBody>(std::move(body));
}

FileBody::FileBody(FileBody&& other) noexcept
    : path_(std::move(other.path_)),
      size_(other.size_),
      at_(other.at_),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

FileBody::~FileBody() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Status FileBody::rewind() {
  at_ = 0;
  return {};
}

Result<std::size_t> FileBody::read(std::span<std::byte> out) {
  // Never more than the size that was announced: a file that grows is sent as it was when opened.
  const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), size_ - at_));
  if (want == 0) return std::size_t{0};
  ssize_t n = 0;
  do {
    n = ::pread(descriptor_, out.data(), want, static_cast<off_t>(at_));
  } while (n < 0 && errno == EINTR);
  if (n < 0) return Error(Errc::Io, "cannot read " + path_ + ": " + std::strerror(errno));
  if (n == 0) {
    return Error(Errc::Io, path_ + " shrank to " + std::to_string(at_) + " bytes while it was sent");
  }
  at_ += static_cast<std::uint64_t>(n);
  return static_cast<std::size_t>(n);
}

Status StreamBody::rewind() {
  if (!started_) return {};
  return Error(Errc::Unsupported,
               "the request must be sent again, but part of its stream is used up: send a file instead of a stream");
}

Result<std::size_t> StreamBody::read(std::span<std::byte> out) {
  started_ = true;
  return input_.read(out);
}

Result<std::string> read_all(ByteInput& input, std::size_t limit) {
  std::string all;
  std::size_t used = 0;
  while (true) {
    if (used == all.size()) all.resize(std::min(std::max<std::size_t>(16'384, all.size() * 2), limit + 1));
    const std::span<char> room(all.data() + used, all.size() - used);
    BRYO_TRY(n, input.read(std::as_writable_bytes(room)));
    if (n == 0) break;
    used += n;
    if (used > limit) return Error(Errc::TooLarge, "more than " + std::to_string(limit) + " bytes arrived");
  }
  all.resize(used);
  return all;
}

Result<std::uint64_t> copy(ByteInput& input, ByteSink& sink) {
  std::vector<std::byte> buffer(std::size_t{256} << 10);
  std::uint64_t total = 0;
  while (true) {
    BRYO_TRY(n, input.read(buffer));
    if (n == 0) return total;
    BRYO_CHECK(sink.write(std::span(buffer).first(n)));
    total += n;
  }
}

}  // namespace bryo::client
