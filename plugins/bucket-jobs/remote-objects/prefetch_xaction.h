#pragma once

#include <bryo/host.h>
#include <bryo/object_pass.h>

#include <atomic>
#include <optional>
#include <string>

#include "remote_settings.h"

namespace bryo::remote_objects {

XactionKind prefetch_kind();

/// Brings objects of a remote bucket here (jobs.md section 8). What is here already is left as it is, unless the newest
/// version is asked for. Started by its name it brings the whole bucket.
class PrefetchXaction final : public Xaction {
 public:
  /// Both outlive the job.
  PrefetchXaction(Host& host, RemoteSettings& settings) : host_(host), settings_(settings) {}

  Task<Result<XactionPlan>> prepare(XactionRequest& request) override;
  Task<Status> run(XactionContext& job) override;
  [[nodiscard]] std::string control_message() const override;

 private:
  Task<Status> prefetch(std::string name, XactionContext& job);
  Task<Result<bool>> is_here(std::string name, BucketPtr bucket);
  Task<Status> bring(std::string name, XactionContext& job);

  Host& host_;
  RemoteSettings& settings_;
  std::optional<ObjectSelection> selection_;
  std::string target_;
  std::string flags_;  ///< as `ctlmsg` shows them
  std::int64_t workers_ = 0;
  bool latest_ = false;
  bool continue_on_error_ = false;
  std::atomic<std::int64_t> objects_{0}, bytes_{0};
};

}  // namespace bryo::remote_objects
