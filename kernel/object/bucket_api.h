#pragma once

/// The calls on buckets: `/v1/buckets` (http-buckets.md).

#include <bryo/http.h>
#include <kernel/http/router.h>
#include <kernel/object/archive_names.h>
#include <kernel/object/bucket_summary.h>
#include <kernel/object/data_services.h>
#include <kernel/object/object_location.h>
#include <kernel/object/object_metrics.h>
#include <kernel/wire/action_message.h>
#include <kernel/wire/list_message.h>

#include <optional>

namespace bryo::kernel {

/// Thread-safe. Each method answers one verb.
class BucketApi {
 public:
  BucketApi(DataServices services, ObjectMetrics metrics)
      : services_(services), metrics_(metrics), locations_(services.node.target_id, services.store.mountpaths()) {}

  Task<Result<Response>> get_all(Request& request);
  Task<Result<Response>> get(Request& request);
  Task<Result<Response>> head(Request& request);
  Task<Result<Response>> post(Request& request);
  Task<Result<Response>> put(Request& request);
  Task<Result<Response>> remove(Request& request);
  Task<Result<Response>> patch(Request& request);
  /// `/v1/buckets` with a verb that needs a bucket: 400.
  Task<Result<Response>> without_name(Request& request);

  [[nodiscard]] BucketRegistry& buckets() { return services_.buckets; }

 private:
  Result<std::vector<RegisteredBucketPtr>> match_buckets(const Request& request, const std::string& name) const;
  /// Of an action that the kernel does not run itself: starts the job of a plugin, else says why there is none.
  Task<Result<Response>> run_job(Request& request, ActionMessage message, RegisteredBucketPtr bucket);
  Task<Result<Response>> list(RegisteredBucketPtr bucket, nlohmann::json value, bool msgpack);
  Task<Result<Response>> list_counted(RegisteredBucketPtr bucket, nlohmann::json value, bool msgpack);
  Task<Result<Response>> list_archives(RegisteredBucketPtr bucket, ListMessage message, bool msgpack);
  Task<std::vector<ListedMember>> members_of(RegisteredBucketPtr bucket, std::string archive, NameRange range,
                                             std::size_t limit);
  Task<Result<Response>> summarize(std::vector<RegisteredBucketPtr> buckets, nlohmann::json value);
  Task<Result<Response>> head_summary(RegisteredBucketPtr bucket, std::string prefix, std::string id);
  Task<Result<BucketSummary>> sum_up(RegisteredBucketPtr bucket, std::string prefix);
  Task<Result<Response>> destroy(BucketName name);
  Task<Result<Response>> list_remote(RegisteredBucketPtr bucket, ListMessage message, bool msgpack);
  Task<Result<Response>> evict(RegisteredBucketPtr bucket);
  Task<Result<std::vector<BucketName>>> remote_names(std::string provider);

  DataServices services_;
  ObjectMetrics metrics_;
  ObjectLocations locations_;
  SummaryTickets tickets_;
};

/// Registers the routes. `api` may be filled later, before the first request; it outlives the router. Fails with
/// Conflict when one is taken.
Status register_bucket_routes(Router& router, std::optional<BucketApi>& api);

/// Gives back the space of buckets that were destroyed before a crash. For the start of the node, before it listens.
Task<Status> finish_destroyed_buckets(BucketRegistry& buckets, ObjectStore& store, BlockingPool& blocking);

}  // namespace bryo::kernel
