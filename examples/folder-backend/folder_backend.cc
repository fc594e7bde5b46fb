#include "folder_backend.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>

namespace folder {
namespace {

using bryo::BucketName;
using bryo::Errc;
using bryo::Error;
using bryo::Result;
using bryo::Status;
using bryo::Task;

std::string path_of(const BucketName& bucket, const std::string& object) { return bucket.name + "/" + object; }

/// Clients look for the bucket or object in the sentence of what is missing.
Error named(const Error& error, const std::string& what) {
  return error.code() == Errc::NotFound ? Error(Errc::NotFound, what + " does not exist", "ErrNotFound") : error;
}

/// Runs `work` where it may block, and answers what it made. The work owns what it touches, because the caller may be
/// cancelled while it runs.
template <class T>
Task<Result<T>> on_pool(bryo::BlockingPool& blocking, std::function<Result<T>()> work) {
  auto made = std::make_shared<std::optional<T>>();
  std::function<Status()> run = [work = std::move(work), made]() -> Status {
    BRYO_TRY(value, work());
    *made = std::move(value);
    return {};
  };
  BRYO_CO_CHECK(co_await blocking.run(std::move(run)));
  co_return std::move(**made);
}

class FileContent final : public bryo::ByteSource {
 public:
  FileContent(File file, bryo::BlockingPool& blocking)
      : file_(std::make_shared<const File>(std::move(file))), blocking_(blocking) {}

  Task<Result<std::size_t>> read(bryo::MutableBytes out) override {
    std::function<Result<std::size_t>()> work = [file = file_, out]() -> Result<std::size_t> {
      const ssize_t count = ::read(file->get(), out.data(), out.size());
      if (count < 0) return Error(Errc::Io, std::string("cannot read a file of the folder: ") + std::strerror(errno));
      return static_cast<std::size_t>(count);
    };
    co_return co_await on_pool(blocking_, std::move(work));
  }

 private:
  const std::shared_ptr<const File> file_;
  bryo::BlockingPool& blocking_;
};

Status write_all(const File& file, bryo::BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      return Error(errno == ENOSPC ? Errc::OutOfSpace : Errc::Io,
                   std::string("cannot write to the folder: ") + std::strerror(errno));
    }
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

}  // namespace

Task<Status> FolderBackend::head_bucket(BucketName bucket) {
  std::function<Status()> work = [tree = tree_, name = bucket.name] { return tree->check_directory(name); };
  const Status found = co_await blocking_.run(std::move(work));
  if (!found) co_return named(found.error(), "bucket \"" + bucket.uri() + "\"");
  co_return Status{};
}

Task<Result<std::vector<std::string>>> FolderBackend::list_buckets() {
  std::function<Result<std::vector<std::string>>()> work = [tree = tree_] { return tree->directories(); };
  return on_pool(blocking_, std::move(work));
}

Task<Result<bryo::ObjectAttributes>> FolderBackend::head(BucketName bucket, std::string object) {
  BRYO_CO_CHECK(bryo::check_object_name(object));  // ".." would lead into another bucket
  std::function<Result<bryo::ObjectAttributes>()> work = [tree = tree_, path = path_of(bucket, object)] {
    return tree->describe(path);
  };
  auto found = co_await on_pool(blocking_, std::move(work));
  if (!found) co_return named(found.error(), bucket.uri() + "/" + object);
  co_return found;
}

Task<Result<bryo::BackendContent>> FolderBackend::read(BucketName bucket, std::string object) {
  BRYO_CO_CHECK(bryo::check_object_name(object));
  auto file = std::make_shared<File>();
  std::function<Result<bryo::ObjectAttributes>()> work = [tree = tree_, path = path_of(bucket, object),
                                                          file]() -> Result<bryo::ObjectAttributes> {
    BRYO_TRY(attributes, tree->describe(path));
    BRYO_TRY(opened, tree->open_file(path));
    *file = std::move(opened);
    return attributes;
  };
  auto found = co_await on_pool(blocking_, std::move(work));
  if (!found) co_return named(found.error(), bucket.uri() + "/" + object);
  co_return bryo::BackendContent{*std::move(found), std::make_unique<FileContent>(std::move(*file), blocking_)};
}

Task<Result<bryo::BackendPage>> FolderBackend::list(BucketName bucket, bryo::BackendListRequest request) {
  std::function<Result<bryo::BackendPage>()> work = [tree = tree_, name = bucket.name, request = std::move(request)] {
    return tree->list(name, request);
  };
  return on_pool(blocking_, std::move(work));
}

Task<Result<bryo::ObjectAttributes>> FolderBackend::write(BucketName bucket, std::string object,
                                                          bryo::ObjectAttributes attributes,
                                                          bryo::ByteSource& content) {
  using Created = std::pair<File, std::string>;
  BRYO_CO_CHECK(bryo::check_object_name(object));
  const std::string path = path_of(bucket, object);
  std::function<Result<Created>()> create = [tree = tree_, path] { return tree->create_beside(path); };
  BRYO_CO_TRY(created, co_await on_pool(blocking_, std::move(create)));
  const auto file = std::make_shared<const File>(std::move(created.first));
  const std::string temporary = std::move(created.second);

  Status written;
  auto buffer = std::make_shared<std::vector<std::byte>>(256 << 10);
  for (std::uint64_t left = attributes.size; written;) {
    auto count = co_await content.read(*buffer);
    if (!count) written = count.error();
    if (!count || *count == 0) {
      if (written && left != 0) written = Error(Errc::Io, "the content ended early");
      break;
    }
    left -= *count;
    std::function<Status()> work = [file, buffer, size = *count] {
      return write_all(*file, bryo::BytesView(*buffer).first(size));
    };
    written = co_await blocking_.run(std::move(work));
  }
  std::function<Result<bryo::ObjectAttributes>()> publish = [tree = tree_, file, temporary, path,
                                                             written]() -> Result<bryo::ObjectAttributes> {
    const Status published = written ? tree->publish(*file, temporary, path) : written;
    if (!published) {
      static_cast<void>(tree->remove(temporary));
      return published.error();
    }
    return tree->describe(path);
  };
  co_return co_await on_pool(blocking_, std::move(publish));
}

Task<Status> FolderBackend::remove(BucketName bucket, std::string object) {
  BRYO_CO_CHECK(bryo::check_object_name(object));
  std::function<Status()> work = [tree = tree_, path = path_of(bucket, object)] { return tree->remove(path); };
  const Status removed = co_await blocking_.run(std::move(work));
  if (!removed) co_return named(removed.error(), bucket.uri() + "/" + object);
  co_return Status{};
}

}  // namespace folder
