#pragma once

/// The documents about one node: state, statistics, capacity (http-cluster.md sections 1 and 5).

#include <kernel/cluster/cluster_services.h>
#include <kernel/machine/disk_rates.h>
#include <kernel/machine/file_system.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <map>
#include <string>

namespace bryo::kernel {

/// NodeStarted and ClusterStarted: all is well.
inline constexpr std::uint64_t kNodeStarted = 6;

/// Makes the documents. Thread-safe; reads /proc and file systems, which takes microseconds.
class NodeState {
 public:
  using Json = nlohmann::ordered_json;

  explicit NodeState(const ClusterServices& services);

  /// NodeStateInfo of `what=node_status` and `cii`.
  [[nodiscard]] Json state() const;
  /// `node_stats`: snode, tracker and capacity.
  [[nodiscard]] Json stats(const NodeInfo& node);
  /// `node_status`: all of it.
  [[nodiscard]] Json status(const NodeInfo& node);
  /// `sysinfo`; a target also says what its disks hold.
  [[nodiscard]] Json system(const NodeInfo& node) const;
  /// `disk` of a target.
  [[nodiscard]] Json disks();
  /// `metrics`: name -> kind.
  [[nodiscard]] Json metric_kinds(const NodeInfo& node);
  /// `mountpaths` of a target.
  [[nodiscard]] Json mountpaths() const;

  [[nodiscard]] std::chrono::nanoseconds uptime() const { return services_.clock.now() - started_; }

 private:
  [[nodiscard]] std::map<std::string, std::int64_t> tracker(const NodeInfo& node);
  [[nodiscard]] Json capacity(const NodeInfo& node) const;

  const ClusterServices& services_;
  std::chrono::steady_clock::time_point started_;
  std::map<std::string, FileSystem> file_systems_;  ///< by mountpath
  DiskRatesProbe rates_;
};

/// The kind of a metric by its internal name: "counter", "size", "total", "latency", "bw", "compbw", "gauge",
/// "special".
[[nodiscard]] std::string_view metric_kind(std::string_view name) noexcept;

}  // namespace bryo::kernel
