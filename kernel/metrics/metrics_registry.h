#pragma once

/// All metrics of the node, and their Prometheus text (observability.md sections 1 to 4).

#include <bryo/metrics.h>
#include <bryo/result.h>
#include <kernel/metrics/exposition.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bryo::kernel {

/// What is known of a metric whatever its samples: for the reference page.
struct MetricFamily {
  std::string exposition;  ///< "ais_target_get_count"
  std::string type;        ///< "counter", "gauge" or "histogram"
  std::string help;
  std::string owner;                ///< a plugin's name or "kernel"
  std::vector<std::string> labels;  ///< of its samples, beside node_id
};

/// Thread-safe. Metrics live as long as the registry.
///
/// One exposition name is one family: one owner, one type, one help text, and a sample for each set of labels. Beyond
/// kMaxSamples a family answers with its overflow sample, whose labels all say "other", so that a label that clients
/// choose (a bucket's name) cannot fill the memory.
class MetricsRegistry {
 public:
  static constexpr std::size_t kMaxSamples = 1000;

  /// `node_id` becomes the label of every sample.
  explicit MetricsRegistry(std::string node_id = {});
  ~MetricsRegistry();

  /// Fail with Conflict when the exposition name is taken (the sentence names both owners), InvalidArgument when it, a
  /// label or the help text is missing or malformed. `owner` is a plugin's name or "kernel"; without an `exposition`
  /// the name is `bryo_<owner>_<name>`, of the kernel `bryo_<name>`, dots as underscores.
  Result<Counter*> counter(const MetricSpec& spec, const std::string& owner, Labels labels = {});
  Result<Gauge*> gauge(const MetricSpec& spec, const std::string& owner, Labels labels = {});
  Result<Histogram*> histogram(const MetricSpec& spec, const std::string& owner, Labels labels = {});

  /// Declares a histogram whose samples come when there is something to measure: until then the page leaves it out, but
  /// the name is taken. Fails like `histogram`.
  Status histogram_family(const MetricSpec& spec, const std::string& owner, const std::vector<std::string>& labels);

  /// A value that is computed when the metrics are read (uptime, memory). `value` is called by any thread, for the last
  /// time before the registry is destroyed, and must not call the registry.
  Status computed_gauge(const MetricSpec& spec, const std::string& owner, std::function<double()> value,
                        Labels labels = {});

  /// Takes back everything of an owner: a plugin whose declaration failed contributes nothing. The objects stay alive,
  /// since the owner may still hold references.
  void withdraw(const std::string& owner);

  /// Label `node_id`. A node with both roles has two ids: samples named `ais_proxy_...` carry the gateway's.
  void set_node_id(std::string node_id);
  void set_gateway_id(std::string gateway_id);

  /// Everything declared, by exposition name.
  [[nodiscard]] std::vector<MetricFamily> families() const;
  /// text/plain; version=0.0.4
  [[nodiscard]] std::string prometheus_text() const;
  /// Internal name (with dots) -> value, counters and gauges whose exposition name starts with `exposition_prefix`
  /// ("ais_target_"): the `tracker` of node statistics. Samples of one family are added up.
  [[nodiscard]] std::vector<std::pair<std::string, std::int64_t>> tracker(
      std::string_view exposition_prefix = {}) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bryo::kernel
