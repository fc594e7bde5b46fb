#pragma once

/// `/v1/plugins`: the operators' side of the plugin host.
///
///   GET   /v1/plugins          a list: name, version, doc, state, counts, last error
///   GET   /v1/plugins/NAME     the same of one, with what it contributes and its options
///   POST  /v1/plugins/NAME     {"action": "drain" | "start", "timeout": "10s"}
///   PATCH /v1/plugins/NAME     {"KEY": VALUE, ...}: hot options, stored like `set-config` does

#include <bryo/http.h>
#include <kernel/config/cluster_config.h>
#include <kernel/http/router.h>
#include <kernel/plugin/plugin_host.h>
#include <kernel/runtime/thread_pool.h>

#include <chrono>
#include <functional>
#include <optional>

namespace bryo::kernel {

struct PluginServices {
  PluginHost& plugins;
  ClusterConfig& config;
  const OptionRegistry& options;
  /// How long a drain waits without a `timeout`.
  std::function<std::chrono::nanoseconds()> drain_timeout;
};

/// Thread-safe. What it refers to outlives it.
class PluginApi {
 public:
  explicit PluginApi(PluginServices services) : services_(std::move(services)) {}

  Task<Result<Response>> list(Request& request);
  Task<Result<Response>> show(Request& request);
  Task<Result<Response>> act(Request& request);
  Task<Result<Response>> set(Request& request);

 private:
  PluginServices services_;
  ThreadPool changes_{{.threads = 1}};  ///< they wait, and one at a time is enough
};

/// Registers the routes. `api` may be filled later, before the first request; it outlives the router. Fails with
/// Conflict when one is taken.
Status register_plugin_routes(Router& router, std::optional<PluginApi>& api);

}  // namespace bryo::kernel
