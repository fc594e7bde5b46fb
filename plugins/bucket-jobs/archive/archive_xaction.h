#pragma once

#include <bryo/host.h>
#include <bryo/shard_draft.h>

#include <atomic>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "archive_order.h"
#include "archive_settings.h"

namespace bryo::archive_job {

XactionKind archive_kind();

/// Writes objects of a bucket into one archive, in the order of the selection.
class ArchiveXaction final : public Xaction {
 public:
  /// All outlive the job.
  ArchiveXaction(Host& host, ArchiveSettings& settings) : host_(host), settings_(settings) {}

  Task<Result<XactionPlan>> prepare(XactionRequest& request) override;
  Task<Status> run(XactionContext& job) override;
  [[nodiscard]] std::string control_message() const override { return order_ ? order_->text(archived_) : ""; }

 private:
  /// A member that is about to be written: bytes of an object.
  struct Source {
    std::string name;  ///< of the object
    ObjectPtr object;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
  };
  /// Names that follow, and objects that are open already.
  struct Window {
    ObjectSelection selection;
    std::vector<std::string> names;
    std::size_t next = 0;
    bool ended = false;
    std::deque<Source> open;
  };

  /// One attempt. False: the archive that was continued is another one by now.
  Task<Result<bool>> write(XactionContext& job);
  /// The archive that is continued; empty when there is none.
  Task<Result<std::optional<Shard>>> find_base();
  /// With what it continues already in it.
  Task<Result<std::unique_ptr<ShardDraft>>> open_draft(const std::optional<Shard>& base, XactionContext& job);
  Task<Status> fill(Window& window, XactionContext& job);
  /// Success also for what was left out.
  Task<Status> add(Source source, ShardDraft& draft, XactionContext& job);
  Status leave_out(const Error& why, XactionContext& job);
  Task<Status> read(const OpenObject& object, std::uint64_t offset, MutableBytes into);

  Host& host_;
  ArchiveSettings& settings_;
  std::optional<ArchiveOrder> order_;
  std::atomic<std::uint64_t> archived_{0};
};

}  // namespace bryo::archive_job
