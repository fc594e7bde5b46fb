#pragma once

#include <bryo/host.h>
#include <bryo/object_pass.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "promote_folder.h"
#include "promote_order.h"
#include "promote_settings.h"

namespace bryo::promote {

XactionKind promote_kind();

/// Makes objects of a file, or of the files of a folder. Each appears whole or not at all.
class PromoteXaction final : public Xaction {
 public:
  /// Both outlive the job.
  PromoteXaction(Host& host, PromoteSettings& settings) : host_(host), settings_(settings) {}

  Task<Result<XactionPlan>> prepare(XactionRequest& request) override;
  Task<Status> run(XactionContext& job) override;
  [[nodiscard]] std::string control_message() const override;

 private:
  using FilePtr = std::shared_ptr<PromoteFolder::File>;

  /// What `work` answers, on the pool for blocking work.
  template <class T>
  Task<Result<T>> blocking(std::function<Result<T>()> work);
  Task<Status> promote(std::string relative, XactionContext& job);
  Task<Status> promote_file(std::string relative, std::string name, XactionContext& job);
  /// The file's content into the object; false when there is an object that is to stay.
  Task<Result<bool>> store(FilePtr file, std::string path, std::string name, XactionContext& job);
  Task<Status> read(FilePtr file, std::string path, std::uint64_t offset, MutableBytes into);
  Task<Result<bool>> exists(std::string name, BucketPtr bucket);

  Host& host_;
  PromoteSettings& settings_;
  std::optional<PromoteOrder> order_;
  std::shared_ptr<const PromoteFolder> folder_;
  bool one_file_ = false;
  std::atomic<std::uint64_t> promoted_{0}, skipped_{0}, failed_{0};
};

}  // namespace bryo::promote
