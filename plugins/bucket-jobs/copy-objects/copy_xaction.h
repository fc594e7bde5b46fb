#pragma once

#include <bryo/host.h>
#include <bryo/object_pass.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "copy_order.h"
#include "copy_settings.h"

namespace bryo::copy_objects {

XactionKind copy_bucket_kind();
XactionKind copy_objects_kind();

/// Copies objects of a bucket into a bucket, several at once. Nothing is left out in silence but what a template or a
/// prefix does not find.
class CopyXaction final : public Xaction {
 public:
  /// Both outlive the job.
  CopyXaction(Host& host, CopySettings& settings, CopyScope scope) : host_(host), settings_(settings), scope_(scope) {}

  Task<Result<XactionPlan>> prepare(XactionRequest& request) override;
  Task<Status> run(XactionContext& job) override;
  [[nodiscard]] std::string control_message() const override;

 private:
  /// One object, and what becomes of its failure.
  Task<Status> copy(std::string name, XactionContext& job);
  Task<Status> copy_one(std::string name, XactionContext& job);
  /// As `copy_one`, looking only.
  Task<Status> count_one(std::string name, XactionContext& job);
  Task<Result<ObjectPtr>> open(std::string name);
  /// Nothing of that name is in the source.
  Task<Status> missing(std::string name);
  /// Whether there is something to copy: not the object itself, nor what this job wrote.
  [[nodiscard]] Result<bool> worth(const std::string& name, const OpenObject& object) const;
  void count(std::uint64_t size, XactionContext& job);

  /// Deletes what the source does not have.
  Task<Status> prune(XactionContext& job);
  Task<Status> prune_one(std::string name);
  Task<Status> remove(std::string name);

  Host& host_;
  CopySettings& settings_;
  const CopyScope scope_;
  std::optional<CopyOrder> order_;
  std::int64_t began_ns_ = 0;  ///< set by `run`, before the first object
  std::atomic<std::uint64_t> visited_{0}, copied_{0}, failed_{0}, pruned_{0};
  mutable std::mutex mutex_;
  std::string id_;  ///< once it runs
};

}  // namespace bryo::copy_objects
