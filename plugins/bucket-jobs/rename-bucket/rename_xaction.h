#pragma once

#include <bryo/host.h>
#include <bryo/metrics.h>

#include <string>

namespace bryo::rename_bucket {

XactionKind rename_kind();

/// Gives a bucket another name (jobs.md section 10). The call is answered when that is done.
class RenameXaction final : public Xaction {
 public:
  /// Both outlive the job.
  RenameXaction(Host& host, Counter& buckets) : host_(host), buckets_(buckets) {}

  Task<Result<XactionPlan>> prepare(XactionRequest& request) override;
  Task<Status> run(XactionContext& job) override;
  [[nodiscard]] std::string control_message() const override { return text_; }

 private:
  Host& host_;
  Counter& buckets_;
  BucketName to_;
  std::string text_;  ///< set by `prepare`
};

}  // namespace bryo::rename_bucket
