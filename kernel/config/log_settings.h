#pragma once

/// What the log takes from the configuration.

#include <kernel/config/cluster_config.h>
#include <kernel/config/node_config.h>
#include <kernel/log/logger.h>

namespace bryo::kernel {

/// `log.*` of the cluster configuration and `[node] log_to`. Level and format may be set again after each change.
[[nodiscard]] LogSettings log_settings(const NodeConfig& node, const ClusterConfig& cluster);

}  // namespace bryo::kernel
