#pragma once

/// Everything a running node is made of. Members stand in the order in which they are made; destruction is the reverse,
/// and that order is the design.

#include <kernel/archive/archive_registry.h>
#include <kernel/backend/remote_store.h>
#include <kernel/cluster/cluster_api.h>
#include <kernel/cluster/cluster_map.h>
#include <kernel/config/cluster_config.h>
#include <kernel/config/configuration.h>
#include <kernel/hook/hooked_store.h>
#include <kernel/http/http_server.h>
#include <kernel/log/logger.h>
#include <kernel/memory/memory_budget.h>
#include <kernel/meta/embedded_meta_store.h>
#include <kernel/meta/meta_store_registry.h>
#include <kernel/node/data_dir.h>
#include <kernel/node/node.h>
#include <kernel/node/node_host.h>
#include <kernel/object/bucket_api.h>
#include <kernel/object/object_api.h>
#include <kernel/plugin/loop_watch.h>
#include <kernel/plugin/plugin_api.h>
#include <kernel/plugin/plugin_host.h>
#include <kernel/runtime/event_loops.h>
#include <kernel/runtime/system_clock.h>
#include <kernel/runtime/thread_pool.h>
#include <kernel/store/snapshot.h>
#include <kernel/xaction/xaction_registry.h>

#include <atomic>
#include <optional>

namespace bryo::kernel {

struct Node::Parts {
  explicit Parts(std::unique_ptr<Configuration> c) : configuration(std::move(c)) {}

  /// Loads the plugins and lets everyone declare options, metrics and routes.
  Status declare();
  /// The directory, id, log, event loops, pools, budgets: what needs no data.
  Status open_own_directory();
  /// Meta store, mountpaths, buckets, and what answers the kernel's own routes.
  Status open_data();
  Status start_plugins();
  /// Opens the listeners, makes the map with the addresses bound, answers from then on.
  Status listen();
  void apply_hot_settings();
  /// What was started, backwards.
  void stop();

  Status open_meta_store();
  Status start_cluster_config();
  /// The kernel's own routes and metrics, before those of plugins, so that no plugin can take one.
  Status declare_own();
  void make_handlers();
  [[nodiscard]] NodeServices services();
  [[nodiscard]] const NodeConfig& config() const { return configuration->node(); }
  [[nodiscard]] const NodeOptions& keys() const { return configuration->node_options(); }

  bool safe_mode = false;
  bool show_all_plugins = false;
  std::unique_ptr<Configuration> configuration;
  SystemClock clock;
  MetricsRegistry metrics;
  Router router;
  ArchiveRegistry archives;
  XactionRegistry xactions{clock};
  BackendRegistry backends;
  MetaStoreRegistry meta_stores;
  HookRegistry hooks;
  ServiceRegistry plugin_services;
  std::unique_ptr<PluginHost> plugins;
  std::unique_ptr<ClusterConfig> cluster_config;
  std::uint64_t config_revision = 0;  ///< in the meta store
  std::unique_ptr<Logger> logger;
  std::unique_ptr<Log> log;
  std::unique_ptr<DataDir> data;
  NodeIdentity identity;
  std::unique_ptr<EventLoops> loops;
  std::unique_ptr<ThreadPool> blocking;
  std::unique_ptr<MemoryBudget> memory;
  std::unique_ptr<Log> meta_log;
  std::unique_ptr<MetaStore> meta;
  std::unique_ptr<ObjectStore> store;
  std::unique_ptr<BucketRegistry> buckets;
  Snapshot<ClusterMap> map;
  ObjectMetrics object_metrics{};
  std::optional<ObjectApi> object_api;
  std::optional<BucketApi> bucket_api;
  std::optional<ClusterApi> cluster_api;
  std::optional<PluginApi> plugin_api;
  std::unique_ptr<LoopWatch> watch;
  std::unique_ptr<HttpMetrics> http_metrics;
  std::unique_ptr<HttpServer> server;
  std::atomic<bool> ready{false};
  std::string url;
};

}  // namespace bryo::kernel
