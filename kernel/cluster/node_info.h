#pragma once

/// One member of the cluster map: what is called Snode on the wire (http-cluster.md section 3).

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>

namespace bryo::kernel {

/// An address of a node as clients see it.
struct NodeUrl {
  std::string host{};
  std::string port{};
  /// `http://HOST:PORT`
  [[nodiscard]] std::string url() const;
  friend bool operator==(const NodeUrl&, const NodeUrl&) = default;
};

/// `host:port`, `[::1]:port`.
[[nodiscard]] NodeUrl node_url(std::string_view address);

struct NodeInfo {
  static constexpr std::uint64_t kInformationCenter = 1u << 1;  ///< a proxy that knows the state of jobs

  std::string id{};
  bool gateway = false;
  NodeUrl public_net{};
  NodeUrl intra_data{};
  NodeUrl intra_control{};
  std::uint64_t flags = 0;

  [[nodiscard]] nlohmann::ordered_json json() const;
  friend bool operator==(const NodeInfo&, const NodeInfo&) = default;
};

}  // namespace bryo::kernel
