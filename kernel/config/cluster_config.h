#pragma once

/// The cluster configuration: the reference's document, seeded from `[cluster.*]` and changed by the API
/// (config-and-cli.md sections 1 to 3, http-cluster.md section 6).

#include <bryo/host.h>
#include <bryo/result.h>
#include <kernel/config/option_registry.h>
#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace bryo::kernel {

/// Whose value a change sets.
enum class ConfigScope : std::uint8_t {
  Cluster,  ///< every node's
  Node,     ///< this node's, over the cluster's
};

enum class ConfigLifetime : std::uint8_t {
  Stored,     ///< survives restarts
  Transient,  ///< gone at the next start
};

/// Precedence: built-in, file (first start only), stored by the API, transient; the node's over the cluster's. Values
/// of running plugins ("get_batch.max_wait") come from their options, where the file counts at each start.
///
/// Thread-safe. Documents are immutable snapshots: take one per request.
class ClusterConfig {
 public:
  /// Keeps a document durably before a change takes effect; a failure refuses the change.
  using Keeper = std::function<Status(const nlohmann::json&)>;

  /// Declares every `[cluster.*]` key. Once, before the file is loaded.
  static Status declare(OptionRegistry& registry);

  /// `registry` and `clock` outlive this.
  ClusterConfig(OptionRegistry& registry, Clock& clock);
  ~ClusterConfig();

  /// After the file is loaded and the plugins have declared their options. `stored`: what `keeper` kept last, null at
  /// the first start, when the file's values are kept. Answers what could not be restored or what in the file the
  /// stored values override, in sentences for the log. Fails with InvalidArgument when keys contradict each other, or
  /// as the keeper does.
  Result<std::vector<std::string>> start(const nlohmann::json& stored, Keeper keeper);

  /// What the node knows about itself: `uuid`, `proxy.primary_url` and its like.
  void set_identity(std::string uuid, std::string primary_url);

  /// The whole document, every section. Never null after `start`.
  [[nodiscard]] std::shared_ptr<const nlohmann::json> document(ConfigScope scope = ConfigScope::Cluster) const;
  [[nodiscard]] std::int64_t version() const;
  /// The feature flags as bits (feature_flags.h).
  [[nodiscard]] std::uint64_t features() const;

  /// `set-config?NAME=VALUE&...`: all or nothing. Fails with 400 and the texts of http-cluster.md section 6:
  /// `unknown property "x"`, `invalid x=.. (must be in range [..])`. Calls the keeper, so it may block.
  Status set(ConfigScope scope, ConfigLifetime lifetime,
             const std::vector<std::pair<std::string, std::string>>& changes);
  /// The same from a nested partial document.
  Status merge(ConfigScope scope, ConfigLifetime lifetime, const nlohmann::json& partial);
  /// `reset-config`: drops what is transient and what was set for this node only. May block like `set`.
  Status reset();

  /// `then` is called after each change, by the thread that made it, without a lock. Before `start` only.
  void on_change(std::function<void()> then);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bryo::kernel
