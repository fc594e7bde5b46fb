#include <kernel/archive/index_file_format.h>
#include <kernel/archive/index_files.h>
#include <kernel/store/descriptor.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

namespace bryo::kernel {
namespace {

namespace fs = std::filesystem;

/// Room is made down to this part of the limit, so that it is not made for each file anew.
constexpr std::uint64_t kKeptOf10 = 9;
constexpr const char* kUnfinished = ".new";

std::string path_of(const std::string& directory, std::uint64_t stamp) {
  std::string hex;
  for (int shift = 60; shift >= 0; shift -= 4) hex.push_back("0123456789abcdef"[stamp >> shift & 15]);
  return directory + "/" + hex;
}

/// A file in memory until the last table that refers to it is gone.
class Mapping {
 public:
  /// Null when there is no such file, or it is empty.
  enum class Use : std::uint8_t { Counts, DoesNotCount };
  static std::shared_ptr<const Mapping> open(const std::string& path, Use use = Use::Counts) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    struct stat info {};
    if (!file || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode) || info.st_size == 0) return nullptr;
    void* at = ::mmap(nullptr, static_cast<std::size_t>(info.st_size), PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (at == MAP_FAILED) return nullptr;
    // Whoever is read was used: the oldest files are removed first.
    if (use == Use::Counts) (void)::futimens(file.get(), nullptr);
    return std::make_shared<const Mapping>(at, static_cast<std::size_t>(info.st_size));
  }
  Mapping(void* at, std::size_t size) : at_(at), size_(size) {}
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() { ::munmap(at_, size_); }
  [[nodiscard]] BytesView bytes() const { return {static_cast<const std::byte*>(at_), size_}; }

 private:
  void* const at_;
  const std::size_t size_;
};

/// 0, or the errno.
int write_all(int file, std::vector<BytesView> pieces) {
  std::vector<iovec> left;
  for (const BytesView piece : pieces) {
    if (!piece.empty()) left.push_back({const_cast<std::byte*>(piece.data()), piece.size()});
  }
  for (auto next = left.begin(); next != left.end();) {
    const auto written = ::writev(file, &*next, static_cast<int>(left.end() - next));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    for (auto taken = static_cast<std::size_t>(written); next != left.end();) {
      const std::size_t step = std::min(taken, next->iov_len);
      next->iov_base = static_cast<std::byte*>(next->iov_base) + step;
      next->iov_len -= step;
      taken -= step;
      if (next->iov_len != 0) break;
      ++next;
    }
  }
  return 0;
}

struct Found {
  fs::file_time_type used;
  std::uint64_t bytes;
  fs::path path;
};

/// Files of the directory; those that a crash left unfinished are removed.
std::vector<Found> files_in(const std::string& directory) {
  std::vector<Found> out;
  std::error_code ec;
  for (fs::recursive_directory_iterator at(directory, ec), end; !ec && at != end; at.increment(ec)) {
    if (!at->is_regular_file(ec)) continue;
    if (at->path().extension() == kUnfinished) {
      fs::remove(at->path(), ec);
      continue;
    }
    const auto bytes = at->file_size(ec);
    const auto used = at->last_write_time(ec);
    if (!ec) out.push_back({used, bytes, at->path()});
    ec.clear();
  }
  return out;
}

}  // namespace

IndexFiles::IndexFiles(DirectoryOf directory_of, std::uint64_t limit, Log& log)
    : directory_of_(std::move(directory_of)), limit_(limit), log_(log) {}

std::unique_ptr<MemberTable> IndexFiles::load(const OpenObject& archive, const ArchiveFormatSpec& format,
                                              std::string label, Counter* damaged) {
  if (archive.size() < kSmallest) return nullptr;
  const std::string path = path_of(directory_of_(archive), archive.stamp());
  const auto mapping = Mapping::open(path);
  if (!mapping) return nullptr;
  const auto parts = parse_index_file(index_owner(archive, format), mapping->bytes());
  if (!parts) {
    if (damaged != nullptr) damaged->add();
    log_.warning("an index file cannot be used and is made anew", {{"archive", label}, {"file", path}});
    std::error_code ignored;
    fs::remove(path, ignored);
    return nullptr;
  }
  return std::make_unique<MemberTable>(*parts, mapping, mapping->bytes().size(), std::move(label));
}

KnownIndex IndexFiles::look_up(const OpenObject& archive, const ArchiveFormatSpec& format) const {
  const auto mapping = Mapping::open(path_of(directory_of_(archive), archive.stamp()), Mapping::Use::DoesNotCount);
  if (!mapping) return {};
  const auto parts = parse_index_file(index_owner(archive, format), mapping->bytes());
  if (!parts) return {KnownIndex::State::Damaged};
  return {KnownIndex::State::Known, parts->records.size()};
}

void IndexFiles::store(const OpenObject& archive, const ArchiveFormatSpec& format, const MemberTable& table) {
  if (archive.size() < kSmallest) return;
  const std::string directory = directory_of_(archive);
  const std::string path = path_of(directory, archive.stamp());
  const auto failed = [&](int error) {
    log_.warning("an index file cannot be written",
                 {{"file", path}, {"why", std::error_code(error, std::generic_category()).message()}});
  };
  std::string header;
  const auto pieces = index_file_pieces(index_owner(archive, format), table.parts(), header);
  std::uint64_t bytes = 0;
  for (const BytesView piece : pieces) bytes += piece.size();
  if (bytes > limit_.load(std::memory_order_relaxed)) return;

  // No sync: what a crash leaves behind does not match its checksum.
  const std::string unfinished = path + kUnfinished;
  {
    const auto create = [&] {
      return Descriptor(::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
    };
    Descriptor file = create();
    if (!file && errno == ENOENT) {
      std::error_code ec;
      fs::create_directories(directory, ec);
      if (ec) return failed(ec.value());
      file = create();
    }
    if (!file) return failed(errno);
    if (const int error = write_all(file.get(), pieces); error != 0) {
      (void)::unlink(unfinished.c_str());
      return failed(error);
    }
  }
  if (::rename(unfinished.c_str(), path.c_str()) != 0) return failed(errno);
  account(directory, bytes);
}

void IndexFiles::account(const std::string& directory, std::uint64_t bytes) {
  const std::scoped_lock lock(mutex_);
  const std::uint64_t limit = limit_.load(std::memory_order_relaxed);
  const auto known = held_.find(directory);
  if (known != held_.end() && known->second + bytes <= limit) {
    known->second += bytes;
    return;
  }
  auto files = files_in(directory);
  std::sort(files.begin(), files.end(), [](const Found& a, const Found& b) { return a.used < b.used; });
  std::uint64_t held = 0;
  for (const Found& file : files) held += file.bytes;
  std::error_code ignored;
  const std::uint64_t wanted = held > limit ? limit / 10 * kKeptOf10 : held;
  for (const Found& oldest : files) {
    if (held <= wanted) break;
    fs::remove(oldest.path, ignored);
    held -= oldest.bytes;
  }
  held_[directory] = held;
}

}  // namespace bryo::kernel
