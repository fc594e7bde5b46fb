#include "evict_xaction.h"

#include <utility>

namespace bryo::remote_objects {

XactionKind evict_kind() {
  return {.name = "evict-listrange",
          .doc = "Gives up the copies of objects of a remote bucket.",
          .display_name = "evict-objects",
          .scope = XactionScope::Bucket,
          .startable = false,
          .reports_status = true,
          .actions = {{.verb = Verb::Delete, .name = "evict-listrange"}},
          .permissions = {BucketAccess::DeleteObject}};
}

Task<Result<XactionPlan>> EvictXaction::prepare(XactionRequest& request) {
  // The reference names the other action in its refusal.
  BRYO_CO_CHECK(check_remote("evict-remote-bck", request.bucket->name()));
  SelectionFields selected;
  BRYO_CO_CHECK(
      selected.read(request.value).integer("num-workers", workers_).boolean("coer", continue_on_error_).finish());
  BRYO_CO_TRY(selection, ObjectSelection::make(std::move(selected), request));
  selection_ = std::move(selection);
  target_ = request.target;
  co_return XactionPlan{};
}

Task<Status> EvictXaction::run(XactionContext& job) {
  const InProgress running(settings_.running);
  ObjectPass pass(host_.objects(), job.bucket(), *selection_,
                  {.workers = pass_workers(workers_, *settings_.workers), .continue_on_error = continue_on_error_});
  ObjectPass::Operation operation = [this, &job](std::string name) { return evict(std::move(name), job); };
  co_return co_await pass.run(job, std::move(operation));
}

Task<Status> EvictXaction::evict(std::string name, XactionContext& job) {
  const Status done = co_await host_.objects().evict(job.bucket(), name);
  if (done) {
    ++evicted_;
    job.stats().local_objects += 1;
    settings_.evicted.add();
    co_return Status{};
  }
  if (done.error().code() != Errc::NotFound) {
    settings_.failed.add();
    co_return done.error();
  }
  if (selection_->mode() != ObjectSelection::Mode::List) co_return Status{};
  settings_.missing.add();
  job.soft_error("t[" + target_ + "]: " + job.bucket()->name().uri() + "/" + name + " does not exist");
  co_return Status{};
}

std::string EvictXaction::control_message() const {
  return selection_ ? selection_->text() + ", evicted:" + std::to_string(evicted_) : std::string();
}

}  // namespace bryo::remote_objects
