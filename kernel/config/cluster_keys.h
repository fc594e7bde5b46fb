#pragma once

/// The reference's cluster configuration as a table: every key, its default, its range, its meaning (config-and-cli.md
/// sections 3 and 7, http-cluster.md section 6). The only place where a default of it stands.

#include <kernel/config/option_value.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel {

/// The API's name of the feature flags; in the file `[cluster.features] set`.
inline constexpr std::string_view kFeatures = "features";

struct ClusterKey {
  std::string name;  ///< dotted, as in the API: "log.level" is `[cluster.log] level` in the file
  OptionValue default_value;
  std::string doc;
  std::optional<OptionValue> min{};
  std::optional<OptionValue> max{};
  std::vector<std::string> choices{};
  bool effective = false;    ///< Bryo acts on it; others are kept and returned
  bool always_shown = true;  ///< false: part of the document only once it is set
};

[[nodiscard]] std::vector<ClusterKey> cluster_keys();

/// Names that the node itself fills; the API refuses to set them.
[[nodiscard]] bool is_read_only_cluster_name(std::string_view name);

/// Whether one node may have another value than the cluster (config-and-cli.md section 1, layer 3).
[[nodiscard]] bool may_differ_on_a_node(std::string_view name);

}  // namespace bryo::kernel
