#include <kernel/config/node_document.h>

#include <nlohmann/json.hpp>

namespace bryo::kernel {

nlohmann::json node_document(const NodeConfig& node, const ClusterConfig& cluster) {
  nlohmann::json out = *cluster.document(ConfigScope::Node);
  out["confdir"] = node.data_dir;
  out["log_dir"] = node.log_dir();
  out["host_net"] = {{"hostname", node.listen_public.host},
                     {"hostname_intra_control", node.listen_intra_control.host},
                     {"hostname_intra_data", node.listen_intra_data.host},
                     {"port", std::to_string(node.listen_public.port)},
                     {"port_intra_control", std::to_string(node.listen_intra_control.port)},
                     {"port_intra_data", std::to_string(node.listen_intra_data.port)}};
  auto& paths = out["fspaths"] = nlohmann::json::object();
  for (const auto& mountpath : node.store.mountpaths) paths[mountpath.path] = mountpath.label;
  // The reference's way to make mountpaths for a test set-up; Bryo has none.
  out["test_fspaths"] = {{"root", ""}, {"count", 0}, {"instance", 0}};
  return out;
}

}  // namespace bryo::kernel
