#include <kernel/cluster/cluster_api.h>

namespace bryo::kernel {

Status register_cluster_routes(Router& router, ClusterApi& api) {
  struct Row {
    Verb verb;
    const char* pattern;
    const char* doc;
    Access access;
    Task<Result<Response>> (ClusterApi::*method)(Request&);
  };
  for (const Row& row : {
           Row{Verb::Get, "/v1/health", "Says whether the node is up and ready.", Access::Open, &ClusterApi::health},
           Row{Verb::Get, "/v1/daemon", "Answers a document of this node.", Access::Read, &ClusterApi::get_node},
           Row{Verb::Get, "/v1/cluster", "Answers a document of the cluster.", Access::Read, &ClusterApi::get_cluster},
           Row{Verb::Get, "/metrics", "Answers all metrics as Prometheus text.", Access::Open, &ClusterApi::prometheus},
       }) {
    RouteSpec spec{.verb = row.verb, .pattern = row.pattern, .doc = row.doc, .role = Role::Any, .access = row.access};
    BRYO_CHECK(router.add(
        std::move(spec), [&api, method = row.method](Request& r) { return (api.*method)(r); }, "kernel"));
  }
  return {};
}

}  // namespace bryo::kernel
