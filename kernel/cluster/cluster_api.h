#pragma once

/// The calls about the cluster and its nodes: `/v1/health`, `/v1/cluster`, `/v1/daemon`, `/v1/reverse/daemon`,
/// `/metrics` (http-cluster.md, http-jobs.md).

#include <bryo/http.h>
#include <kernel/cluster/cluster_services.h>
#include <kernel/cluster/node_state.h>
#include <kernel/http/router.h>
#include <kernel/runtime/thread_pool.h>

#include <optional>
#include <string>
#include <string_view>

namespace bryo::kernel {

/// Thread-safe. Not movable: documents refer to the services.
class ClusterApi {
 public:
  explicit ClusterApi(ClusterServices services) : services_(std::move(services)), state_(services_) {}
  ClusterApi(const ClusterApi&) = delete;
  ClusterApi& operator=(const ClusterApi&) = delete;

  Task<Result<Response>> health(Request& request);
  Task<Result<Response>> prometheus(Request& request);

  // A node: the one that `Ais-Node-Id` names, else the one asked.
  Task<Result<Response>> get_node(Request& request);
  Task<Result<Response>> put_node(Request& request);
  Task<Result<Response>> mountpath_action(Request& request);
  /// `/v1/reverse/...`: the same of the node that the header must name.
  Task<Result<Response>> reverse(Request& request);

  Task<Result<Response>> get_cluster(Request& request);
  Task<Result<Response>> put_cluster(Request& request);
  Task<Result<Response>> put_cluster_path(Request& request);

 private:
  /// Which of the node's two ids is meant; nullptr when the header names none. Fails with 404 for an unknown id.
  Result<const NodeInfo*> named_node(const Request& request, const ClusterMap& map) const;
  Task<Result<Response>> get_of_node(const NodeInfo* node, std::string what, Request& request);
  /// nullopt: this kind of node has no such document.
  std::optional<Response> document(const NodeInfo& node, std::string_view what, const Request& request);
  Result<Response> log_text(const Request& request) const;
  /// nullopt: `what` is not about jobs.
  std::optional<Result<Response>> job_document(std::string_view what, const Request& request);
  Result<Response> answer_about_jobs(std::string_view what, const Request& request);
  Task<Result<Response>> start_job(std::string name, nlohmann::json value, Request& request);
  Result<Response> stop_job(const nlohmann::json& value);
  Task<Result<Response>> set_config(ConfigScope scope, Request& request);
  Task<Result<Response>> merge_config(ConfigScope scope, nlohmann::json partial, Request& request);
  Task<Result<Response>> reset_config();

  ClusterServices services_;
  NodeState state_;
  /// Changes of the configuration wait for each other here, not on the node's pool: keeping one needs that pool.
  ThreadPool config_changes_{{.threads = 1}};
};

/// Registers the routes. `api` may be filled later, before the first request; it outlives the router. Fails with
/// Conflict when one is taken.
Status register_cluster_routes(Router& router, std::optional<ClusterApi>& api);

}  // namespace bryo::kernel
