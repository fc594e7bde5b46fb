#pragma once

#include <bryo/host.h>
#include <bryo/object_pass.h>

#include <atomic>
#include <optional>
#include <string>

#include "delete_settings.h"

namespace bryo::delete_objects {

XactionKind delete_kind();

/// Deletes the objects of a selection, several at once (jobs.md section 8).
class DeleteXaction final : public Xaction {
 public:
  /// Both outlive the job.
  DeleteXaction(Host& host, DeleteSettings& settings) : host_(host), settings_(settings) {}

  Task<Result<XactionPlan>> prepare(XactionRequest& request) override;
  Task<Status> run(XactionContext& job) override;
  [[nodiscard]] std::string control_message() const override;

 private:
  Task<Status> remove(std::string name, XactionContext& job);

  Host& host_;
  DeleteSettings& settings_;
  std::optional<ObjectSelection> selection_;
  std::string target_;
  std::int64_t workers_ = 0;
  bool continue_on_error_ = false;
  std::atomic<std::uint64_t> deleted_{0};
};

}  // namespace bryo::delete_objects
