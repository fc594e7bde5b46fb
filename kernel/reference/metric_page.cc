#include <kernel/reference/markdown.h>
#include <kernel/reference/pages.h>

#include <algorithm>

namespace bryo::kernel {
namespace {

constexpr std::string_view kPreface = R"(# Metrics

What `GET /metrics` answers, as Prometheus reads it. Every sample has the label `node_id` besides those named here. A
histogram counts durations in seconds: `NAME_bucket` with the label `le`, `NAME_sum`, `NAME_count`. A metric with labels
appears once there is something to count. Beyond 1,000 combinations of label values, further ones are counted together
under `other`.

)";

std::string table(const std::vector<MetricFamily>& metrics) {
  MarkdownTable out{"Name", "Type", "Labels", "Meaning"};
  for (const MetricFamily& family : metrics)
    out.row({code(family.exposition), family.type, code_list(family.labels), family.help});
  return out.text();
}

}  // namespace

std::string metric_page(std::vector<MetricFamily> metrics, const std::vector<PluginDescription>& plugins) {
  std::sort(metrics.begin(), metrics.end(), [](const auto& a, const auto& b) { return a.exposition < b.exposition; });
  std::string of_plugins;
  for (const PluginDescription& plugin : plugins) {
    const auto others = std::stable_partition(metrics.begin(), metrics.end(),
                                              [&](const auto& family) { return family.owner != plugin.name; });
    if (others == metrics.end()) continue;
    of_plugins += "\n## Plugin `" + plugin.name + "`\n\n";
    if (plugin.state == PluginState::Disabled) of_plugins += "Not enabled: these metrics are not there.\n\n";
    of_plugins += table({others, metrics.end()});
    metrics.erase(others, metrics.end());
  }
  return std::string(kPreface) + "## Kernel\n\n" + table(metrics) + of_plugins;
}

}  // namespace bryo::kernel
