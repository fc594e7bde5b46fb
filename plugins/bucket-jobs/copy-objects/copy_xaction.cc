#include "copy_xaction.h"

#include <bryo/object_copy.h>
#include <bryo/remote_version.h>

#include <utility>

namespace bryo::copy_objects {

XactionKind copy_bucket_kind() {
  return {.name = "copy-bck",
          .doc = "Copies a bucket, or what begins with a prefix, into another one.",
          .display_name = "copy-bucket",
          .scope = XactionScope::Bucket,
          .startable = false,
          .reports_status = true,
          .conflicts = {"copy-bck", "move-bck"},
          .actions = {{.verb = Verb::Post, .name = "copy-bck"}},
          .permissions = {BucketAccess::Get, BucketAccess::ListObjects}};
}

XactionKind copy_objects_kind() {
  return {.name = "copy-listrange",
          .doc = "Copies objects of a bucket into another one.",
          .display_name = "copy-objects",
          .id_prefix = "tco-",
          .scope = XactionScope::Bucket,
          .startable = false,
          .conflicts = {"move-bck"},
          .actions = {{.verb = Verb::Post, .name = "copy-listrange"}},
          .permissions = {BucketAccess::Get, BucketAccess::ListObjects}};
}

Task<Result<XactionPlan>> CopyXaction::prepare(XactionRequest& request) {
  BRYO_CO_TRY(order, co_await CopyOrder::read(request, host_, scope_));
  order_ = std::move(order);
  XactionPlan plan;
  plan.destination = order_->destination;
  plan.shows_destination = scope_ == CopyScope::Bucket;
  if (order_->selection.mode() == ObjectSelection::Mode::Prefix) plan.prefix = order_->selection.prefix();
  co_return plan;
}

Task<Status> CopyXaction::run(XactionContext& job) {
  const InProgress running(settings_.running);
  const std::size_t workers = pass_workers(order_->workers, *settings_.workers);
  BRYO_CO_TRY(memory, host_.memory().reserve(order_->dry_run ? 0 : workers * kCopyMemory, "objects that are copied"));
  began_ns_ = host_.clock().unix_ns();
  {
    const std::scoped_lock lock(mutex_);
    id_ = job.id();
  }
  ObjectPass pass(host_.objects(), order_->source, order_->selection,
                  {.workers = workers, .continue_on_error = order_->continue_on_error});
  ObjectPass::Operation operation = [this, &job](std::string name) { return copy(std::move(name), job); };
  BRYO_CO_CHECK(co_await pass.run(job, std::move(operation)));
  // After a failure it is not known what the source has.
  if (order_->pruned && failed_ == 0 && !job.aborted()) co_return co_await prune(job);
  co_return Status{};
}

Task<Status> CopyXaction::copy(std::string name, XactionContext& job) {
  ++visited_;
  Status done;
  if (order_->dry_run) {
    done = co_await count_one(name, job);
  } else {
    done = co_await copy_one(name, job);
  }
  if (!done && done.error().code() == Errc::NotFound) {
    auto there = co_await look_up(host_.objects(), order_->source, name, order_->of_backend);
    if (!there && there.error().code() == Errc::NotFound) done = co_await missing(name);
  }
  if (!done && done.error().code() != Errc::Cancelled) {
    ++failed_;
    settings_.failed.add();
  }
  co_return done;
}

Task<Status> CopyXaction::copy_one(std::string name, XactionContext& job) {
  BRYO_CO_TRY(object, co_await open(name));
  BRYO_CO_TRY(wanted, worth(name, *object));
  if (wanted) {
    std::function<bool()> stopped = [&job] { return job.aborted(); };
    BRYO_CO_TRY(stored, co_await copy_object(host_.buckets(), host_.objects(), object, order_->destination,
                                             order_->copied_name(name), std::move(stopped)));
    settings_.objects.add();
    settings_.bytes.add(stored.size);
  }
  count(object->size(), job);
  co_return Status{};
}

Task<Status> CopyXaction::count_one(std::string name, XactionContext& job) {
  BRYO_CO_TRY(found, co_await look_up(host_.objects(), order_->source, std::move(name), order_->of_backend));
  count(found.size, job);
  co_return Status{};
}

Task<Result<ObjectPtr>> CopyXaction::open(std::string name) {
  if (order_->latest) BRYO_CO_CHECK(co_await keep_latest(host_.objects(), order_->source, name));
  auto object = host_.objects().try_open(*order_->source, name);
  if (object) co_return *std::move(object);
  co_return co_await host_.objects().open(order_->source, std::move(name));
}

Task<Status> CopyXaction::missing(std::string name) {
  if (order_->synchronize && !order_->dry_run) BRYO_CO_CHECK(co_await remove(order_->copied_name(name)));
  if (order_->selection.mode() != ObjectSelection::Mode::List) co_return Status{};
  co_return Error(Errc::NotFound,
                  "t[" + order_->target + "]: " + order_->source->name().uri() + "/" + name + " does not exist",
                  "ErrNotFound");
}

Result<bool> CopyXaction::worth(const std::string& name, const OpenObject& object) const {
  if (!order_->same_bucket()) return true;
  if (order_->copied_name(name) == name) return false;
  if (order_->selection.mode() != ObjectSelection::Mode::Prefix) return true;
  // The listing comes past what is written into the same bucket.
  BRYO_TRY(attributes, object.attributes());
  return attributes->mtime_ns < began_ns_;
}

void CopyXaction::count(std::uint64_t size, XactionContext& job) {
  ++copied_;
  job.stats().local_objects += 1;
  job.stats().local_bytes += static_cast<std::int64_t>(size);
}

Task<Status> CopyXaction::prune(XactionContext& job) {
  ObjectPass pass(
      host_.objects(), order_->destination, *order_->pruned,
      {.workers = pass_workers(order_->workers, *settings_.workers), .continue_on_error = order_->continue_on_error});
  ObjectPass::Operation operation = [this](std::string name) { return prune_one(std::move(name)); };
  co_return co_await pass.run(job, std::move(operation));
}

Task<Status> CopyXaction::prune_one(std::string name) {
  for (const std::string& from : order_->source_names(name)) {
    const auto found = co_await look_up(host_.objects(), order_->source, from, order_->of_backend);
    if (found) co_return Status{};
    if (found.error().code() != Errc::NotFound) co_return found.error();
  }
  if (order_->dry_run) {
    ++pruned_;
    co_return Status{};
  }
  co_return co_await remove(std::move(name));
}

Task<Status> CopyXaction::remove(std::string name) {
  const Status gone = co_await host_.objects().remove(order_->destination, std::move(name));
  if (!gone && gone.error().code() == Errc::NotFound) co_return Status{};
  if (!gone) co_return gone.error();
  ++pruned_;
  settings_.pruned.add();
  co_return Status{};
}

std::string CopyXaction::control_message() const {
  if (!order_) return {};
  const auto number = [](const std::atomic<std::uint64_t>& value) { return std::to_string(value.load()); };
  std::string out = order_->text() + "; t[" + order_->target + "]: job:[ ";
  if (scope_ == CopyScope::Bucket) {
    return out + "visited:" + number(visited_) + " locally-processed:" + number(copied_) +
           " sent:0 received:0 copy-err:" + number(failed_) + " chan-full:0 pruned:" + number(pruned_) + "]";
  }
  const std::scoped_lock lock(mutex_);
  return out + "xid:" + id_ + " txns:1/1 pending:0 sent:0 received:0 err:" + number(failed_) +
         " chan-full:0 pruned:" + number(pruned_) + "]";
}

}  // namespace bryo::copy_objects
