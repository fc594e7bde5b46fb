#pragma once

/// All metrics of the node, and their Prometheus text.

#include <bryo/metrics.h>
#include <bryo/result.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bryo::kernel {

/// Thread-safe. Metrics live as long as the registry.
class MetricsRegistry {
 public:
  /// `node_id` becomes the label of every sample.
  explicit MetricsRegistry(std::string node_id = {});
  ~MetricsRegistry();

  /// Fail with Conflict when the exposition name is taken (the sentence names the owner), InvalidArgument when it or the
  /// help text is missing or malformed. `owner` is a plugin's name or "kernel".
  Result<Counter*> counter(const MetricSpec& spec, const std::string& owner);
  Result<Gauge*> gauge(const MetricSpec& spec, const std::string& owner);
  Result<Histogram*> histogram(const MetricSpec& spec, const std::string& owner);

  /// A value that is computed when the metrics are read (uptime, memory).
  Status computed_gauge(const MetricSpec& spec, const std::string& owner, std::function<double()> value);

  void set_node_id(std::string node_id);
  /// text/plain; version=0.0.4
  [[nodiscard]] std::string prometheus_text() const;
  /// Internal name (with dots) -> value, counters and gauges: the `tracker` of node statistics.
  [[nodiscard]] std::vector<std::pair<std::string, std::int64_t>> tracker() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bryo::kernel
