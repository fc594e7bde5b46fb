#include "prefetch_xaction.h"

#include <bryo/remote_version.h>

#include <array>
#include <cstdio>
#include <utility>

namespace bryo::remote_objects {
namespace {

/// "1002B", "1.95KiB": as the reference writes sizes.
std::string size_text(std::int64_t bytes) {
  if (bytes < 1024) return std::to_string(bytes) + "B";
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  constexpr std::array<const char*, 5> kUnits = {"KiB", "MiB", "GiB", "TiB", "PiB"};
  for (value /= 1024; value >= 1024 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%.2f%s", value, kUnits[unit]);
  return out.data();
}

}  // namespace

XactionKind prefetch_kind() {
  return {.name = "prefetch-listrange",
          .doc = "Brings objects of a remote bucket here.",
          .display_name = "prefetch-objects",
          .scope = XactionScope::Bucket,
          .reports_status = true,
          .actions = {{.verb = Verb::Post, .name = "prefetch-listrange"}},
          .permissions = {BucketAccess::Get, BucketAccess::ListObjects}};
}

Task<Result<XactionPlan>> PrefetchXaction::prepare(XactionRequest& request) {
  if (request.action.empty()) request.action = "prefetch-listrange";
  BRYO_CO_CHECK(check_remote(request.action, request.bucket->name()));
  SelectionFields selected;
  // Objects of any size are brought in one stream.
  std::int64_t blob_threshold = 0;
  std::int64_t blob_chunk = 0;
  std::int64_t blob_workers = 0;
  BRYO_CO_CHECK(selected.read(request.value)
                    .integer("num-workers", workers_)
                    .boolean("coer", continue_on_error_)
                    .boolean("latest-ver", latest_)
                    .integer("blob-threshold", blob_threshold)
                    .integer("blob-chunk-size", blob_chunk)
                    .integer("blob-num-workers", blob_workers)
                    .finish());
  if (blob_threshold < 0 || blob_chunk < 0) {
    co_return Error(Errc::InvalidArgument, request.action + ": blob-threshold and blob-chunk-size cannot be negative");
  }
  if (workers_ != 0) flags_ += ", workers:" + std::to_string(workers_);
  if (latest_) flags_ += ", latest";
  if (selected.direct) flags_ += ", non-recurs";
  selected.of_backend = true;
  BRYO_CO_TRY(selection, ObjectSelection::make(std::move(selected), request));
  selection_ = std::move(selection);
  target_ = request.target;
  co_return XactionPlan{};
}

Task<Status> PrefetchXaction::run(XactionContext& job) {
  const InProgress running(settings_.running);
  ObjectPass pass(host_.objects(), job.bucket(), *selection_,
                  {.workers = pass_workers(workers_, *settings_.workers), .continue_on_error = continue_on_error_});
  ObjectPass::Operation operation = [this, &job](std::string name) { return prefetch(std::move(name), job); };
  co_return co_await pass.run(job, std::move(operation));
}

Task<Status> PrefetchXaction::prefetch(std::string name, XactionContext& job) {
  const auto here = co_await is_here(name, job.bucket());
  if (here && *here) co_return Status{};
  Status done;
  if (here) {
    done = co_await bring(name, job);
  } else {
    done = here.error();
  }
  if (done) co_return Status{};
  if (done.error().code() != Errc::NotFound) {
    if (done.error().code() != Errc::Cancelled) settings_.failed.add();
    co_return done;
  }
  if (selection_->mode() != ObjectSelection::Mode::List) co_return Status{};
  settings_.missing.add();
  co_return Error(Errc::NotFound, "t[" + target_ + "]: " + job.bucket()->name().uri() + "/" + name + " does not exist",
                  "ErrNotFound");
}

Task<Result<bool>> PrefetchXaction::is_here(std::string name, BucketPtr bucket) {
  if (latest_) co_return co_await keep_latest(host_.objects(), std::move(bucket), std::move(name));
  const auto known = host_.objects().try_open(*bucket, name);
  if (known && *known) co_return true;
  const auto listed = co_await look_up(host_.objects(), std::move(bucket), std::move(name), false);
  if (!listed && listed.error().code() != Errc::NotFound) co_return listed.error();
  co_return static_cast<bool>(listed);
}

Task<Status> PrefetchXaction::bring(std::string name, XactionContext& job) {
  const auto began = host_.clock().now();
  BRYO_CO_TRY(object, co_await host_.objects().open(job.bucket(), std::move(name)));
  const auto size = static_cast<std::int64_t>(object->size());
  settings_.cold_ns += std::chrono::nanoseconds(host_.clock().now() - began).count();
  settings_.cold_objects += 1;
  settings_.cold_bytes += size;
  objects_ += 1;
  bytes_ += size;
  job.stats().local_objects += 1;
  job.stats().local_bytes += size;
  settings_.prefetched.add();
  settings_.bytes.add(static_cast<std::uint64_t>(size));
  co_return Status{};
}

std::string PrefetchXaction::control_message() const {
  if (!selection_) return {};
  std::string out = "t[" + target_ + "]: cfg(" + selection_->text() + flags_ + ")";
  const auto cold = [](std::int64_t objects, std::int64_t bytes) {
    return "cold:(" + std::to_string(objects) + "," + size_text(bytes);
  };
  if (objects_ > 0) out += " job:[" + cold(objects_, bytes_) + ")]";
  if (settings_.cold_objects > 0) {
    constexpr std::int64_t kMs = 1'000'000;
    out += " lifetime:[" + cold(settings_.cold_objects, settings_.cold_bytes) +
           " avg-lat:" + std::to_string(settings_.cold_ns / settings_.cold_objects / kMs) + "ms)]";
  }
  return out;
}

}  // namespace bryo::remote_objects
