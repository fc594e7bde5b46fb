#include <kernel/meta/embedded_meta_store.h>
#include <kernel/runtime/sync_point.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace bryo::kernel {
namespace {

constexpr const char* kCurrent = "current";
constexpr const char* kPrevious = "previous";
constexpr const char* kTemporary = "new";
constexpr const char* kDamaged = "damaged";

Error failure(int error, std::string what) {
  const Errc code = error == ENOSPC || error == EDQUOT ? Errc::OutOfSpace : Errc::Io;
  return {code, what.append(": ").append(std::generic_category().message(error))};
}

}  // namespace

Result<std::unique_ptr<EmbeddedMetaStore>> EmbeddedMetaStore::open(const std::string& data_dir, BlockingPool& pool,
                                                                   Log& log) {
  const std::string directory = data_dir + "/meta";
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return failure(error.value(), "metadata directory " + directory + " cannot be created");
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return failure(errno, "metadata directory " + directory + " cannot be read");
  const int lock = ::openat(descriptor, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
  const int lock_error = errno;
  std::unique_ptr<EmbeddedMetaStore> store(new EmbeddedMetaStore(directory, descriptor, lock, pool, log));
  if (lock < 0) return failure(lock_error, "metadata directory " + directory + " is not writable");
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    return Error(Errc::Unavailable, "metadata directory " + directory +
                                        " is in use: another node runs on it; stop it, or give this one "
                                        "another data_dir");
  }
  BRYO_CHECK(store->load());
  return store;
}

EmbeddedMetaStore::EmbeddedMetaStore(std::string directory, int descriptor, int lock, BlockingPool& pool, Log& log)
    : directory_(std::move(directory)), descriptor_(descriptor), lock_(lock), pool_(pool), log_(log) {}

EmbeddedMetaStore::~EmbeddedMetaStore() {
  if (lock_ >= 0) ::close(lock_);
  ::close(descriptor_);
}

Task<Result<std::optional<MetaEntry>>> EmbeddedMetaStore::get(std::string key) {
  const auto now = document();
  const auto found = now->entries.find(key);
  if (found == now->entries.end()) co_return std::optional<MetaEntry>();
  co_return std::optional<MetaEntry>(MetaEntry{found->first, found->second.value, found->second.revision});
}

Task<Result<std::vector<MetaEntry>>> EmbeddedMetaStore::list(std::string prefix) {
  const auto now = document();
  std::vector<MetaEntry> entries;
  for (auto entry = now->entries.lower_bound(prefix); entry != now->entries.end(); ++entry) {
    if (!entry->first.starts_with(prefix)) break;
    entries.push_back({entry->first, entry->second.value, entry->second.revision});
  }
  co_return entries;
}

Task<Result<std::uint64_t>> EmbeddedMetaStore::put(std::string key, std::string value, std::uint64_t expected) {
  if (value.size() > kMaxValue) {
    co_return Error(Errc::TooLarge, "metadata \"" + key + "\" has " + std::to_string(value.size()) +
                                        " bytes; at most " + std::to_string(kMaxValue) + " are kept");
  }
  auto revision = std::make_shared<std::uint64_t>(0);
  std::function<Status()> work = [this, key, value, expected, revision]() -> Status {
    const std::scoped_lock lock(writing_);
    MetaDocument next = *document();
    BRYO_CHECK(check_revision(next, key, expected));
    *revision = ++next.revision;
    next.entries[key] = {value, next.revision};
    return replace(std::move(next));
  };
  Status done = co_await pool_.run(std::move(work));
  if (!done) co_return done.error();
  co_return *revision;
}

Task<Status> EmbeddedMetaStore::erase(std::string key, std::uint64_t expected) {
  std::function<Status()> work = [this, key, expected]() -> Status {
    const std::scoped_lock lock(writing_);
    MetaDocument next = *document();
    BRYO_CHECK(check_revision(next, key, expected));
    if (next.entries.erase(key) == 0) return {};
    ++next.revision;
    return replace(std::move(next));
  };
  co_return co_await pool_.run(std::move(work));
}

Status EmbeddedMetaStore::load() {
  auto current = read(kCurrent);
  if (!current && current.error().code() == Errc::Unsupported) return current.error();
  if (current && *current) {
    document_ = std::make_shared<const MetaDocument>(**std::move(current));
    return {};
  }
  auto previous = read(kPrevious);
  if (previous && *previous) {
    log_.error("the newest metadata cannot be used; the generation before it is, and the last change is lost",
               {{"directory", directory_},
                {"reason", current ? "file current is missing" : current.error().message()},
                {"revision", std::to_string((*previous)->revision)}});
    document_ = std::make_shared<const MetaDocument>(**std::move(previous));
    return promote_previous();
  }
  if (!current) {
    return Error(Errc::Io, current.error().message() + ", and there is no good file \"previous\" beside it: restore " +
                               directory_ + " from a backup");
  }
  if (!previous) return previous.error();
  document_ = std::make_shared<const MetaDocument>();
  return {};
}

/// Makes the good generation the newest, because the next change removes `previous` first. The damaged file is kept.
Status EmbeddedMetaStore::promote_previous() {
  const bool done = (::renameat(descriptor_, kCurrent, descriptor_, kDamaged) == 0 || errno == ENOENT) &&
                    ::linkat(descriptor_, kPrevious, descriptor_, kCurrent, 0) == 0 && ::fsync(descriptor_) == 0;
  return done ? Status() : failure(errno, "cannot replace the damaged metadata in " + directory_);
}

/// nullopt when there is no such file.
Result<std::optional<MetaDocument>> EmbeddedMetaStore::read(const std::string& name) const {
  const std::string path = directory_ + "/" + name;
  const int file = ::openat(descriptor_, name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) {
    if (errno == ENOENT) return std::optional<MetaDocument>();
    return failure(errno, "cannot open " + path);
  }
  std::string text;
  std::array<char, 64 << 10> buffer;
  ssize_t got = 0;
  while ((got = ::read(file, buffer.data(), buffer.size())) > 0)
    text.append(buffer.data(), static_cast<std::size_t>(got));
  const int error = errno;
  ::close(file);
  if (got < 0) return failure(error, "cannot read " + path);
  auto document = decode_meta_document(text);
  if (!document) return Error(document.error().code(), "metadata file " + path + " is " + document.error().message());
  return std::optional<MetaDocument>(*std::move(document));
}

std::shared_ptr<const MetaDocument> EmbeddedMetaStore::document() const {
  const std::scoped_lock lock(mutex_);
  return document_;
}

Status EmbeddedMetaStore::check_revision(const MetaDocument& document, const std::string& key, std::uint64_t expected) {
  const auto found = document.entries.find(key);
  const std::uint64_t revision = found == document.entries.end() ? 0 : found->second.revision;
  if (revision == expected) return {};
  return Error(Errc::Conflict, "metadata \"" + key + "\" was changed in the meantime (revision " +
                                   std::to_string(revision) + ", expected " + std::to_string(expected) + ")");
}

/// Makes `next` the document, on the disk first.
Status EmbeddedMetaStore::replace(MetaDocument next) {
  const auto failed = [&](std::string_view what) {
    return failure(errno, "cannot " + std::string(what) + " metadata in " + directory_);
  };
  BRYO_CHECK(write_temporary(encode_meta_document(next)));
  BRYO_SYNC_POINT("meta.written");
  // `current` has its name at every moment: `previous` becomes a second name of it, then it is replaced.
  if (::unlinkat(descriptor_, kPrevious, 0) != 0 && errno != ENOENT) return failed("replace");
  BRYO_SYNC_POINT("meta.previous_removed");
  if (::linkat(descriptor_, kCurrent, descriptor_, kPrevious, 0) != 0 && errno != ENOENT) return failed("replace");
  BRYO_SYNC_POINT("meta.previous_linked");
  if (::renameat(descriptor_, kTemporary, descriptor_, kCurrent) != 0) return failed("replace");
  BRYO_SYNC_POINT("meta.renamed");
  if (::fsync(descriptor_) != 0) return failed("sync");
  const std::scoped_lock lock(mutex_);
  document_ = std::make_shared<const MetaDocument>(std::move(next));
  return {};
}

Status EmbeddedMetaStore::write_temporary(const std::string& text) const {
  const std::string path = directory_ + "/" + kTemporary;
  const int file = ::openat(descriptor_, kTemporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (file < 0) return failure(errno, "cannot create " + path);
  std::string_view rest = text;
  int error = BRYO_FAULT_POINT("meta.write");
  while (error == 0 && !rest.empty()) {
    const ssize_t written = ::write(file, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  if (error == 0 && ::fsync(file) != 0) error = errno;
  ::close(file);
  return error == 0 ? Status() : failure(error, "cannot write " + path);
}

}  // namespace bryo::kernel
