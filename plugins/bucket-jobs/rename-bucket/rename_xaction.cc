#include "rename_xaction.h"

#include <bryo/uname.h>

#include <memory>
#include <utility>

namespace bryo::rename_bucket {
namespace {

/// What the bucket will be called, for snapshots.
class NamedBucket final : public Bucket {
 public:
  explicit NamedBucket(BucketName name) : Bucket(std::move(name), 0) {}
};

/// The reference answers 400 where a name is taken.
Error taken(const Error& why) {
  return why.code() == Errc::Conflict ? Error(Errc::InvalidArgument, why.message(), why.tcode()) : why;
}

}  // namespace

XactionKind rename_kind() {
  return {.name = "move-bck",
          .doc = "Gives a bucket another name.",
          .display_name = "rename-bucket",
          .scope = XactionScope::Bucket,
          .startable = false,
          .reports_status = true,
          .conflicts = {"archive", "copy-bck", "copy-listrange", "create-inventory", "dsort", "ec-encode", "etl-bck",
                        "etl-listrange", "index-shard", "make-n-copies", "move-bck", "promote", "rechunk"},
          .actions = {{.verb = Verb::Post, .name = "move-bck"}},
          .permissions = {BucketAccess::MoveBucket}};
}

Task<Result<XactionPlan>> RenameXaction::prepare(XactionRequest& request) {
  BRYO_CO_CHECK(request.value.finish());
  const auto uname = request.query.get("bck_to");
  if (!uname || uname->empty()) co_return Error(Errc::InvalidArgument, "missing \"bck_to\" query parameter");
  BRYO_CO_TRY(parsed, parse_uname(*uname));
  to_ = std::move(parsed.bucket);
  const BucketName& from = request.bucket->name();
  if (from == to_) {
    co_return Error(Errc::InvalidArgument,
                    "cannot rename bucket \"" + from.uri() + "\" to itself (\"" + to_.uri() + "\")");
  }
  if (is_remote(from) || is_remote(to_)) {
    co_return Error(Errc::InvalidArgument, "cannot rename bucket \"" + from.uri() + "\" to \"" + to_.uri() +
                                               "\": only buckets of this cluster (ais://) have names that can change");
  }
  if (host_.buckets().find(to_)) {
    co_return Error(Errc::InvalidArgument, "bucket \"" + to_.uri() + "\" already exists", "ErrBucketAlreadyExists");
  }
  text_ = from.uri() + "=>" + to_.uri();
  XactionPlan plan;
  plan.destination = std::make_shared<const NamedBucket>(to_);
  plan.shows_destination = true;
  plan.at_once = true;
  co_return plan;
}

Task<Status> RenameXaction::run(XactionContext& job) {
  const auto renamed = co_await host_.buckets().rename(job.bucket(), to_);
  if (!renamed) co_return taken(renamed.error());
  buckets_.add();
  job.log("renamed " + text_);
  co_return Status{};
}

}  // namespace bryo::rename_bucket
