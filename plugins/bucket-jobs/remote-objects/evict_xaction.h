#pragma once

#include <bryo/host.h>
#include <bryo/object_pass.h>

#include <atomic>
#include <optional>
#include <string>

#include "remote_settings.h"

namespace bryo::remote_objects {

XactionKind evict_kind();

/// Gives up the copies of objects of a remote bucket (jobs.md section 8).
class EvictXaction final : public Xaction {
 public:
  /// Both outlive the job.
  EvictXaction(Host& host, RemoteSettings& settings) : host_(host), settings_(settings) {}

  Task<Result<XactionPlan>> prepare(XactionRequest& request) override;
  Task<Status> run(XactionContext& job) override;
  [[nodiscard]] std::string control_message() const override;

 private:
  Task<Status> evict(std::string name, XactionContext& job);

  Host& host_;
  RemoteSettings& settings_;
  std::optional<ObjectSelection> selection_;
  std::string target_;
  std::int64_t workers_ = 0;
  bool continue_on_error_ = false;
  std::atomic<std::uint64_t> evicted_{0};
};

}  // namespace bryo::remote_objects
