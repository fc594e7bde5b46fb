#pragma once

/// What the cluster handlers work with.

#include <bryo/host.h>
#include <kernel/bucket/bucket_registry.h>
#include <kernel/cluster/cluster_map.h>
#include <kernel/metrics/metrics_registry.h>
#include <kernel/store/object_store.h>

#include <functional>
#include <memory>

namespace bryo::kernel {

/// References to parts of the node that outlive the handlers.
struct ClusterServices {
  const NodeIdentity& node;
  BucketRegistry& buckets;
  ObjectStore& store;
  MetricsRegistry& metrics;
  BlockingPool& blocking;
  Clock& clock;
  Log& log;
  /// The map in force.
  std::function<std::shared_ptr<const ClusterMap>()> map;
  /// The cluster configuration as the API shows it.
  std::function<std::shared_ptr<const nlohmann::json>()> cluster_config;
};

}  // namespace bryo::kernel
