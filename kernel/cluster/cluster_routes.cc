#include <kernel/cluster/cluster_api.h>

namespace bryo::kernel {

Status register_cluster_routes(Router& router, std::optional<ClusterApi>& api) {
  struct Row {
    Verb verb;
    const char* pattern;
    const char* doc;
    Access access;
    Task<Result<Response>> (ClusterApi::*method)(Request&);
  };
  for (const Row& row : {
           Row{Verb::Get, "/v1/health", "Says whether the node is up and ready.", Access::Open, &ClusterApi::health},
           // Any verb is a question here (http-cluster.md section 1).
           Row{Verb::Put, "/v1/health", "Says the same as GET.", Access::Open, &ClusterApi::health},
           Row{Verb::Post, "/v1/health", "Says the same as GET.", Access::Open, &ClusterApi::health},
           Row{Verb::Head, "/v1/health", "Says the same as GET.", Access::Open, &ClusterApi::health},
           Row{Verb::Get, "/metrics", "Answers all metrics as Prometheus text.", Access::Open, &ClusterApi::prometheus},
           Row{Verb::Get, "/v1/daemon", "Answers a document of this node.", Access::Read, &ClusterApi::get_node},
           Row{Verb::Put, "/v1/daemon", "Runs an action on this node.", Access::Admin, &ClusterApi::put_node},
           Row{Verb::Put, "/v1/daemon/*", "Sets configuration of this node.", Access::Admin, &ClusterApi::put_node},
           Row{Verb::Put, "/v1/daemon/mountpaths", "Attaches a mountpath.", Access::Admin,
               &ClusterApi::mountpath_action},
           Row{Verb::Post, "/v1/daemon/mountpaths", "Enables, disables or rescans a mountpath.", Access::Admin,
               &ClusterApi::mountpath_action},
           Row{Verb::Delete, "/v1/daemon/mountpaths", "Detaches a mountpath.", Access::Admin,
               &ClusterApi::mountpath_action},
           Row{Verb::Get, "/v1/reverse/*", "Answers a document of the node named in a header.", Access::Read,
               &ClusterApi::reverse},
           Row{Verb::Put, "/v1/reverse/*", "Runs an action on the node named in a header.", Access::Admin,
               &ClusterApi::reverse},
           Row{Verb::Post, "/v1/reverse/*", "Runs an action on the node named in a header.", Access::Admin,
               &ClusterApi::reverse},
           Row{Verb::Delete, "/v1/reverse/*", "Runs an action on the node named in a header.", Access::Admin,
               &ClusterApi::reverse},
           Row{Verb::Get, "/v1/cluster", "Answers a document of the cluster.", Access::Read, &ClusterApi::get_cluster},
           Row{Verb::Put, "/v1/cluster", "Runs an action on the cluster.", Access::Admin, &ClusterApi::put_cluster},
           Row{Verb::Put, "/v1/cluster/*", "Sets configuration of the cluster.", Access::Admin,
               &ClusterApi::put_cluster_path},
           Row{Verb::Post, "/v1/cluster/*", "Adds a node.", Access::Admin, &ClusterApi::put_cluster_path},
       }) {
    RouteSpec spec{.verb = row.verb, .pattern = row.pattern, .doc = row.doc, .role = Role::Any, .access = row.access};
    BRYO_CHECK(router.add(
        std::move(spec), [&api, method = row.method](Request& r) { return ((*api).*method)(r); }, "kernel"));
  }
  return {};
}

}  // namespace bryo::kernel
