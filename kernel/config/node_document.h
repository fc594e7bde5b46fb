#pragma once

/// `what=config` of a node: its own fields, then the cluster's sections (http-cluster.md section 6).

#include <kernel/config/cluster_config.h>
#include <kernel/config/node_config.h>
#include <nlohmann/json_fwd.hpp>

namespace bryo::kernel {

/// `node` must hold the addresses that are really bound, not port 0.
[[nodiscard]] nlohmann::json node_document(const NodeConfig& node, const ClusterConfig& cluster);

}  // namespace bryo::kernel
