#pragma once

/// The calls about the cluster and its nodes: `/v1/health`, `/v1/cluster`, `/v1/daemon`, `/v1/reverse/daemon`,
/// `/metrics` (http-cluster.md, http-jobs.md).

#include <bryo/http.h>
#include <kernel/cluster/cluster_services.h>
#include <kernel/http/router.h>

#include <chrono>

namespace bryo::kernel {

/// Thread-safe.
class ClusterApi {
 public:
  explicit ClusterApi(ClusterServices services) : services_(std::move(services)), started_(services_.clock.now()) {}

  Task<Result<Response>> health(Request& request);
  Task<Result<Response>> get_node(Request& request);
  Task<Result<Response>> get_cluster(Request& request);
  Task<Result<Response>> prometheus(Request& request);

 private:
  /// The state that goes with `flags` and `cluster` of other documents.
  [[nodiscard]] std::string node_state_json() const;

  ClusterServices services_;
  std::chrono::steady_clock::time_point started_;
};

/// Registers the routes. `api` outlives the router. Fails with Conflict when one is taken.
Status register_cluster_routes(Router& router, ClusterApi& api);

}  // namespace bryo::kernel
