#pragma once

/// What the cluster handlers work with.

#include <bryo/host.h>
#include <kernel/bucket/bucket_registry.h>
#include <kernel/cluster/cluster_map.h>
#include <kernel/config/cluster_config.h>
#include <kernel/log/logger.h>
#include <kernel/metrics/metrics_registry.h>
#include <kernel/store/object_store.h>
#include <kernel/xaction/xaction_registry.h>

#include <functional>
#include <memory>
#include <string>

namespace bryo::kernel {

/// References to parts of the node that outlive the handlers.
struct ClusterServices {
  const NodeIdentity& node;
  BucketRegistry& buckets;
  ObjectStore& store;
  MetricsRegistry& metrics;
  ClusterConfig& config;
  XactionRegistry& jobs;
  Logger& logger;
  BlockingPool& blocking;
  Clock& clock;
  /// The map in force.
  std::function<std::shared_ptr<const ClusterMap>()> map;
  /// The document of `what=config`.
  std::function<nlohmann::json()> node_config;
  /// What clients of the reference compare with their own (http-api.md section 8).
  std::string software_version = "5.0.";
};

}  // namespace bryo::kernel
