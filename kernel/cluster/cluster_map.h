#pragma once

/// The nodes of the cluster: what is called Smap on the wire (http-cluster.md section 3).

#include <bryo/host.h>
#include <bryo/meta_store.h>
#include <kernel/cluster/node_info.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel {

/// One version of the map. Immutable.
class ClusterMap : public ClusterView {
 public:
  /// What is stored beside the nodes.
  struct Identity {
    std::string uuid;           ///< of the cluster; never changes
    std::string creation_time;  ///< `2026-11-21 02:29:13`
    std::uint64_t version = 1;
  };

  /// `primary` is one of the gateways in `nodes`.
  ClusterMap(Identity identity, std::vector<NodeInfo> nodes, std::string primary);

  /// The map of a cluster of this node alone. The cluster's identity is made at the first start and kept in `store`;
  /// the version grows when the node's ids or addresses differ from the last time.
  static Task<Result<std::shared_ptr<const ClusterMap>>> open(MetaStore& store, Clock& clock, NodeIdentity node,
                                                              NodeUrl public_net, NodeUrl intra_control,
                                                              NodeUrl intra_data);

  [[nodiscard]] std::size_t active_targets() const noexcept override { return targets_.size(); }
  [[nodiscard]] const std::string& owner(std::string_view bucket_uname, std::string_view object) const override;

  [[nodiscard]] const Identity& identity() const noexcept { return identity_; }
  [[nodiscard]] const std::vector<NodeInfo>& nodes() const noexcept { return nodes_; }
  /// Null when there is no such node.
  [[nodiscard]] const NodeInfo* node(std::string_view id) const;
  [[nodiscard]] const NodeInfo* primary() const { return node(primary_); }

  /// The document of `what=smap`, with a newline.
  [[nodiscard]] std::string json() const;

 private:
  Identity identity_;
  std::vector<NodeInfo> nodes_;
  std::string primary_;
  std::vector<std::string> targets_;
  std::vector<std::uint64_t> digests_;  ///< of `targets_`
};

}  // namespace bryo::kernel
