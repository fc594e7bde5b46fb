#pragma once

/// Answers `GET /v1/ml/moss`: checks, in the order that clients of the reference see, then the work item.

#include <bryo/http.h>

#include <memory>
#include <string>

#include "batch_service.h"
#include "moss_url.h"
#include "work_item.h"

namespace bryo::moss {

/// Thread-safe. A node that owns the data answers at once; clients follow a redirect only when they get one
/// (get-batch.md section 3).
class BatchHandler {
 public:
  explicit BatchHandler(BatchService& service) : service_(service) {}

  Task<Result<Response>> handle(Request& request);

 private:
  [[nodiscard]] Host& host() const noexcept { return *service_.host; }
  /// Everything that can be known before entries are opened.
  Task<Result<std::shared_ptr<WorkItem>>> make_item(Request& request, BucketPtr url_bucket);
  Task<void> add_remote_buckets(const BatchRequest& request) const;
  Task<Result<ArchiveBuffer>> read_body(Request& request, BatchMemory& memory) const;
  /// The parts of the request that the reference's target checks.
  Result<std::shared_ptr<const ArchiveFormat>> check_flags(const BatchRequest& request) const;
  Error rejected(const WorkItemName& name, std::string why) const;
  /// A failed reservation, as the answer to a batch.
  Error short_of_memory(const WorkItemName& name, const Error& error) const;
  [[nodiscard]] std::string make_wid() const;

  BatchService& service_;
};

}  // namespace bryo::moss
