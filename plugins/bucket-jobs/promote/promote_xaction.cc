#include "promote_xaction.h"

#include <bryo/object_copy.h>
#include <bryo/remote_version.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "promote_walk.h"

namespace bryo::promote {
namespace {

constexpr std::size_t kPiece = kCopyMemory / 2;
/// A single file of at most this size is an object when the call is answered.
constexpr std::int64_t kAtOnce = 64 << 20;

Status read_fully(int file, const std::string& path, std::uint64_t offset, MutableBytes into) {
  while (!into.empty()) {
    const ssize_t count = ::pread(file, into.data(), into.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Error(Errc::Io, "cannot read " + path + ": " + std::generic_category().message(errno));
    if (count == 0) return Error(Errc::Conflict, path + " became shorter while it was read");
    into = into.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return {};
}

Status check_unchanged(const PromoteFolder::File& file, const std::string& path) {
  struct stat now {};
  if (::fstat(file.descriptor.get(), &now) == 0 && unchanged(now, file.info)) return {};
  return Error(Errc::Conflict, path + " changed while it was read");
}

}  // namespace

XactionKind promote_kind() {
  return {.name = "promote",
          .doc = "Makes objects of files that the server has.",
          .display_name = "promote-files",
          .scope = XactionScope::Bucket,
          .startable = false,
          .reports_status = true,
          .conflicts = {"move-bck"},
          .actions = {{.verb = Verb::Post, .name = "promote", .of_objects = true}},
          .permissions = {BucketAccess::Promote, BucketAccess::Put}};
}

template <class T>
Task<Result<T>> PromoteXaction::blocking(std::function<Result<T>()> work) {
  auto out = std::make_shared<std::optional<Result<T>>>();
  std::function<Status()> run = [out, work = std::move(work)]() -> Status {
    out->emplace(work());
    return {};
  };
  BRYO_CO_CHECK(co_await host_.blocking().run(std::move(run)));
  co_return *std::move(*out);
}

Task<Result<XactionPlan>> PromoteXaction::prepare(XactionRequest& request) {
  BRYO_CO_TRY(order, PromoteOrder::read(request, *settings_.roots));
  order_ = std::move(order);
  struct Found {
    std::shared_ptr<const PromoteFolder> folder;
    struct stat info;
  };
  std::function<Result<Found>()> look = [root = order_->root, source = order_->source]() -> Result<Found> {
    BRYO_TRY(folder, PromoteFolder::open(root));
    BRYO_TRY(file, folder.open_below(source));
    return Found{std::make_shared<const PromoteFolder>(std::move(folder)), file.info};
  };
  BRYO_CO_TRY(found, co_await blocking(std::move(look)));
  folder_ = std::move(found.folder);
  one_file_ = !S_ISDIR(found.info.st_mode);
  if (one_file_ && !S_ISREG(found.info.st_mode)) {
    co_return Error(Errc::InvalidArgument, order_->path() + " is neither a file nor a folder",
                    "errInvalidPromoteSource");
  }
  if (one_file_) BRYO_CO_CHECK(check_object_name(order_->own_name()));
  XactionPlan plan;
  plan.at_once = one_file_ && found.info.st_size <= kAtOnce;
  co_return plan;
}

Task<Status> PromoteXaction::run(XactionContext& job) {
  const InProgress running(settings_.running);
  const std::size_t workers = one_file_ ? 1 : pass_workers(0, *settings_.workers);
  BRYO_CO_TRY(memory, host_.memory().reserve(workers * kCopyMemory, "files that become objects"));
  if (job.aborted()) co_return Status{};
  if (one_file_) co_return co_await promote_file(order_->source, order_->own_name(), job);
  const auto walk = std::make_shared<PromoteWalk>(*folder_, order_->source, order_->recursive);
  ObjectPass::Names names = [this, walk](std::size_t limit) {
    std::function<Result<std::vector<std::string>>()> next = [walk, limit] { return walk->next(limit); };
    return blocking(std::move(next));
  };
  ObjectPass pass(std::move(names), {.workers = workers, .continue_on_error = true});
  ObjectPass::Operation operation = [this, &job](std::string relative) { return promote(std::move(relative), job); };
  co_return co_await pass.run(job, std::move(operation));
}

Task<Status> PromoteXaction::promote(std::string relative, XactionContext& job) {
  std::string name = order_->name_of(relative);
  BRYO_CO_CHECK(check_object_name(name));
  co_return co_await promote_file(std::move(relative), std::move(name), job);
}

Task<Status> PromoteXaction::promote_file(std::string relative, std::string name, XactionContext& job) {
  const std::string path = relative.empty() ? folder_->path() : folder_->path() + "/" + relative;
  std::function<Result<FilePtr>()> open = [folder = folder_, relative]() -> Result<FilePtr> {
    BRYO_TRY(file, folder->open_below(relative));
    return std::make_shared<PromoteFolder::File>(std::move(file));
  };
  auto opened = co_await blocking(std::move(open));
  Result<bool> stored = false;
  if (!opened) {
    stored = opened.error();
  } else if (!S_ISREG((*opened)->info.st_mode)) {
    stored = Error(Errc::InvalidArgument, path + " is no regular file");
  } else {
    stored = co_await store(*opened, path, std::move(name), job);
  }
  if (!stored) {
    ++failed_;
    settings_.failed.add();
    co_return stored.error();
  }
  if (!*stored) {
    ++skipped_;
    co_return Status{};
  }
  const auto size = (*opened)->info.st_size;
  ++promoted_;
  job.stats().local_objects += 1;
  job.stats().local_bytes += size;
  settings_.objects.add();
  settings_.bytes.add(static_cast<std::uint64_t>(size));
  if (!order_->delete_source) co_return Status{};
  std::function<Status()> remove = [folder = folder_, relative, file = *opened] {
    return folder->remove_below(relative, file->info);
  };
  co_return co_await host_.blocking().run(std::move(remove));
}

Task<Result<bool>> PromoteXaction::store(FilePtr file, std::string path, std::string name, XactionContext& job) {
  WriteOptions options;
  options.size_hint = static_cast<std::uint64_t>(file->info.st_size);
  if (!order_->overwrite) {
    BRYO_CO_TRY(there, co_await exists(name, job.bucket()));
    if (there) co_return false;
    options.replaces = kNoObject;
  }
  BRYO_CO_TRY(writer, co_await host_.objects().create(job.bucket(), name, std::move(options)));
  const auto size = static_cast<std::uint64_t>(file->info.st_size);
  std::vector<std::byte> piece(static_cast<std::size_t>(std::min<std::uint64_t>(size, kPiece)));
  for (std::uint64_t offset = 0; offset < size;) {
    if (job.aborted()) co_return Error(Errc::Cancelled, "the job was stopped");
    const auto part =
        MutableBytes(piece).first(static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), size - offset)));
    BRYO_CO_CHECK(co_await read(file, path, offset, part));
    BRYO_CO_CHECK(co_await writer->write(part));
    offset += part.size();
  }
  std::function<Status()> check = [file, path] { return check_unchanged(*file, path); };
  BRYO_CO_CHECK(co_await host_.blocking().run(std::move(check)));
  const auto stored = co_await writer->commit();
  if (!stored && !order_->overwrite && stored.error().code() == Errc::Conflict) co_return false;
  if (!stored) co_return stored.error();
  co_return true;
}

Task<Status> PromoteXaction::read(FilePtr file, std::string path, std::uint64_t offset, MutableBytes into) {
  std::function<Status()> work = [file = std::move(file), path = std::move(path), offset, into] {
    return read_fully(file->descriptor.get(), path, offset, into);
  };
  co_return co_await host_.blocking().run(std::move(work));
}

Task<Result<bool>> PromoteXaction::exists(std::string name, BucketPtr bucket) {
  const auto known = host_.objects().try_open(*bucket, name);
  if (known && *known) co_return true;
  const auto listed = co_await look_up(host_.objects(), bucket, std::move(name), is_remote(bucket->name()));
  if (!listed && listed.error().code() != Errc::NotFound) co_return listed.error();
  co_return static_cast<bool>(listed);
}

std::string PromoteXaction::control_message() const {
  if (!order_) return {};
  std::string flags;
  for (const auto& [set, flag] : {std::pair(order_->recursive, "recursive"), std::pair(order_->overwrite, "overwrite"),
                                  std::pair(order_->delete_source, "delete-source")}) {
    if (set) flags.append(flags.empty() ? ", flags:" : ",").append(flag);
  }
  return order_->path() + "=>" + order_->object + flags + ", promoted:" + std::to_string(promoted_) +
         ", skipped:" + std::to_string(skipped_) + ", failed:" + std::to_string(failed_);
}

}  // namespace bryo::promote
