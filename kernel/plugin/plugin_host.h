#pragma once

/// Finds, checks, loads, starts and stops the plugins of a node.

#include <bryo/plugin.h>
#include <kernel/plugin/call_gate.h>
#include <kernel/plugin/contributions.h>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace bryo::kernel {

struct PluginHostConfig {
  std::string directory;  ///< of the in-tree plugins
  std::vector<std::string> extra_directories{};
  std::vector<std::string> enable{};
  std::vector<std::string> sha256{};    ///< "NAME=HEX": the only file that may be loaded under that name
  bool skip_refused = false;            ///< else a refused plugin fails the start
  bool safe_mode = false;               ///< plugins from elsewhere than `directory` are not loaded
  bool show_all = false;                ///< declare also what others installed and nobody enabled, to show its options
  std::string meta_store = "embedded";  ///< the kind that the node uses: its plugin cannot be drained
  std::chrono::nanoseconds start_limit = std::chrono::seconds(30);
};

enum class PluginState : std::uint8_t { Refused, Skipped, Disabled, Declared, Running, Draining, Drained, Stopped };
[[nodiscard]] std::string_view name_of(PluginState state) noexcept;

/// For `bryo plugin ls` and the log.
struct PluginDescription {
  std::string name;
  std::string version{};
  std::string doc{};
  std::string path{};
  PluginState state = PluginState::Refused;
  std::vector<std::string> needs{};
  std::string error{};  ///< why it was refused, did not start, did not drain or did not stop
  std::uint64_t calls = 0;
  std::uint64_t errors = 0;      ///< calls that answered an error
  std::uint64_t exceptions = 0;  ///< calls that threw
  std::string last_error{};      ///< of a call
  std::size_t running = 0;
  ContributionList contributed{};
};

/// Made, started and stopped by the main thread; `describe`, `drain`, `start` and `cancel_calls` are thread-safe.
class PluginHost {
 public:
  /// The plugin's view of the node, kept until the plugin is destroyed.
  using MakeHost =
      std::function<Result<std::unique_ptr<Host>>(const PluginDescription& plugin, const Option<Size>& memory_budget)>;
  /// Runs a coroutine on an event loop and blocks until it ended.
  using RunStatus = std::function<Status(Task<Status>)>;
  using RunVoid = std::function<void(Task<void>)>;

  PluginHost(PluginHostConfig config, Registries registries);
  ~PluginHost();

  /// Loads every enabled plugin and takes what it declares, in dependency order; in-tree ones that are not enabled
  /// answer 501. Nothing of the node needs to exist yet.
  Status declare_all();
  /// In dependency order. A plugin that fails or is late fails the node.
  Status start_all(const MakeHost& make_host, const RunStatus& run);
  /// The reverse: closes each gate, waits for its calls up to the deadline, cancels those that are left, stops and
  /// destroys the plugin. One that is still in use then is left alone, because its calls refer to it. Before the event
  /// loops are destroyed.
  void stop_all(Deadline deadline, const RunVoid& run, Log& log);

  /// Takes a running plugin out of service: new calls are answered 503, running ones may end until the deadline and are
  /// cancelled then. The plugin keeps what it has open. Fails with NotFound; Conflict when the plugin is not running,
  /// or keeps the node's metadata; Timeout when calls are left even so, which the plugin stays draining for. Blocks:
  /// not from an event loop.
  Status drain(std::string_view name, Deadline deadline);
  /// Lets a drained plugin take calls again.
  Status start(std::string_view name);
  /// A call of this plugin held an event loop.
  void count_hold(std::string_view name);
  /// Ends what the calls of all plugins wait for.
  void cancel_calls();

  [[nodiscard]] std::vector<PluginDescription> describe() const;
  /// Fails with NotFound, and the nearest name.
  [[nodiscard]] Result<PluginDescription> describe(std::string_view name) const;
  /// What plugins that are not enabled would measure.
  [[nodiscard]] std::vector<MetricFamily> metrics_of_disabled() const { return nowhere_.families(); }
  /// Names of the plugins found, enabled or not, for the configuration's check.
  [[nodiscard]] std::vector<std::string> found() const;

 private:
  struct Loaded;

  [[nodiscard]] std::vector<std::string> in_tree() const;
  Result<const PluginDescriptor*> descriptor_of(const std::string& name, std::string& path) const;
  Status load_one(const std::string& name);
  Status declare_one(Loaded& p);
  void add_disabled(const std::string& name);
  /// What the operator reads: every refusal says which file it is about.
  [[nodiscard]] static Error named(const Loaded& p, const Error& error);
  Status make_and_declare(Loaded& p, MetricsRegistry& metrics);
  /// A directory that the operator named is there.
  [[nodiscard]] Status check_directories() const;
  /// `sha256` is a list of NAME=HEX of plugins that are enabled.
  [[nodiscard]] Status check_pins() const;
  /// The text after `NAME=`; empty if there is none.
  [[nodiscard]] std::string pin_of(std::string_view name) const;
  Status order_by_needs();
  Status count_calls(Loaded& p);
  Status count_refused();
  [[nodiscard]] PluginDescription describe_locked(const Loaded& p) const;
  [[nodiscard]] Loaded* find(std::string_view name) const;
  Result<Loaded*> known(std::string_view name) const;
  Status refuse(Loaded& p, const Error& error);
  void set_state(Loaded& p, PluginState state, std::string error = {});
  void stop_one(Loaded& p, Deadline deadline, const RunVoid& run, Log& log);

  const PluginHostConfig config_;
  const Registries registries_;
  MetricsRegistry nowhere_;                       ///< what plugins that are not enabled declare into
  std::vector<std::unique_ptr<Loaded>> plugins_;  ///< in start order
  mutable std::mutex mutex_;                      ///< of the descriptions
  std::mutex turn_;                               ///< one of drain, start and stop_all at a time
};

/// `../lib/bryo/plugins` from the running program.
[[nodiscard]] std::string default_plugin_directory();

}  // namespace bryo::kernel
