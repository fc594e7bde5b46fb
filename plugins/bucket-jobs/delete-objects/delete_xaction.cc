#include "delete_xaction.h"

#include <utility>

namespace bryo::delete_objects {

XactionKind delete_kind() {
  return {.name = "delete-listrange",
          .doc = "Deletes objects of a bucket, here and at its backend.",
          .display_name = "delete-objects",
          .scope = XactionScope::Bucket,
          .startable = false,
          .reports_status = true,
          .conflicts = {"move-bck"},
          .actions = {{.verb = Verb::Delete, .name = "delete-listrange"}},
          .permissions = {BucketAccess::DeleteObject}};
}

Task<Result<XactionPlan>> DeleteXaction::prepare(XactionRequest& request) {
  SelectionFields selected;
  BRYO_CO_CHECK(
      selected.read(request.value).integer("num-workers", workers_).boolean("coer", continue_on_error_).finish());
  // The reference takes an empty list for the whole bucket. Here whoever wants that says so.
  if (selected.names.empty() && selected.text.empty()) {
    co_return Error(Errc::InvalidArgument, "t[" + request.target + "] failed to \"" + request.action +
                                               "\" List/Range: neither names nor a template are given; the template "
                                               "\"*\" deletes all objects of " +
                                               request.bucket->name().uri());
  }
  selected.of_backend = true;
  BRYO_CO_TRY(selection, ObjectSelection::make(std::move(selected), request));
  selection_ = std::move(selection);
  target_ = request.target;
  XactionPlan plan;
  if (selection_->mode() == ObjectSelection::Mode::Prefix) plan.prefix = selection_->prefix();
  co_return plan;
}

Task<Status> DeleteXaction::run(XactionContext& job) {
  const InProgress running(settings_.running);
  ObjectPass pass(host_.objects(), job.bucket(), *selection_,
                  {.workers = pass_workers(workers_, *settings_.workers), .continue_on_error = continue_on_error_});
  ObjectPass::Operation operation = [this, &job](std::string name) { return remove(std::move(name), job); };
  co_return co_await pass.run(job, std::move(operation));
}

Task<Status> DeleteXaction::remove(std::string name, XactionContext& job) {
  const Status done = co_await host_.objects().remove(job.bucket(), name);
  if (done) {
    ++deleted_;
    job.stats().local_objects += 1;
    settings_.objects.add();
    co_return Status{};
  }
  if (done.error().code() != Errc::NotFound) {
    settings_.failed.add();
    co_return done.error();
  }
  if (selection_->mode() != ObjectSelection::Mode::List) co_return Status{};
  // What was to be gone is gone: the others of the list are deleted all the same.
  settings_.missing.add();
  job.soft_error("t[" + target_ + "]: " + job.bucket()->name().uri() + "/" + name + " does not exist");
  co_return Status{};
}

std::string DeleteXaction::control_message() const {
  return selection_ ? selection_->text() + ", deleted:" + std::to_string(deleted_) : std::string();
}

}  // namespace bryo::delete_objects
