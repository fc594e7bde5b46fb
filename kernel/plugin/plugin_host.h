#pragma once

/// Finds, checks, loads, starts and stops the plugins of a node.

#include <bryo/plugin.h>
#include <kernel/plugin/call_gate.h>
#include <kernel/plugin/contributions.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bryo::kernel {

struct PluginHostConfig {
  std::string directory;  ///< of the in-tree plugins
  std::vector<std::string> extra_directories{};
  std::vector<std::string> enable{};  ///< empty: all in-tree plugins
  bool skip_refused = false;          ///< else a refused plugin fails the start
  std::chrono::seconds start_deadline{30};
};

enum class PluginState : std::uint8_t { Refused, Disabled, Declared, Running, Draining, Stopped };

/// For `bryo plugin ls` and the log.
struct PluginDescription {
  std::string name;
  std::string version;
  std::string doc;
  std::string path;
  PluginState state = PluginState::Refused;
  std::string error;  ///< why it was refused
};

/// Used by the main thread; `describe` by any.
class PluginHost {
 public:
  /// The plugin's view of the node, kept until the plugin is destroyed.
  using MakeHost = std::function<Result<std::unique_ptr<Host>>(const std::string& plugin)>;
  /// Runs a coroutine on an event loop and blocks until it ended.
  using RunStatus = std::function<Status(Task<Status>)>;
  using RunVoid = std::function<void(Task<void>)>;

  PluginHost(PluginHostConfig config, Registries registries);
  ~PluginHost();

  /// Loads every enabled plugin and takes what it declares; in-tree ones that are not enabled answer 501. Nothing of
  /// the node needs to exist yet.
  Status declare_all();
  /// In dependency order. A plugin that fails or is late fails the node.
  Status start_all(const MakeHost& make_host, const RunStatus& run);
  /// The reverse: closes each gate, waits for its calls up to the deadline, stops and destroys the plugin.
  void stop_all(Deadline deadline, const RunVoid& run, Log& log);

  [[nodiscard]] std::vector<PluginDescription> describe() const;
  /// Names of the plugins found, enabled or not, for the configuration's check.
  [[nodiscard]] std::vector<std::string> found() const;

 private:
  struct Loaded;

  [[nodiscard]] std::vector<std::string> in_tree() const;
  Status declare_one(const std::string& name, bool enabled);
  Result<const PluginDescriptor*> descriptor_of(const std::string& name, std::string& path) const;
  Status order_by_needs();

  const PluginHostConfig config_;
  const Registries registries_;
  MetricsRegistry nowhere_;                       ///< what plugins that are not enabled declare into
  std::vector<std::unique_ptr<Loaded>> plugins_;  ///< in start order
};

/// `../lib/bryo/plugins` from the running program.
[[nodiscard]] std::string default_plugin_directory();

}  // namespace bryo::kernel
