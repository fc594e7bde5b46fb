#pragma once

/// What a cluster says about itself (http-cluster.md).

#include <cstdint>
#include <string>
#include <vector>

namespace bryo::client {

struct Health {
  std::uint64_t node_uptime_ns = 0;
  std::uint64_t cluster_uptime_ns = 0;
};

struct NodeInfo {
  std::string id;
  std::string role;  ///< `proxy` or `target`, the wire's words
  std::string url;   ///< public
  std::uint64_t flags = 0;
  bool primary = false;
};

struct ClusterMap {
  std::string uuid;
  std::string created;
  std::int64_t version = 0;
  std::vector<NodeInfo> nodes;  ///< proxies first, then by id
};

struct MountpathStatus {
  std::string path;
  std::string filesystem;
  std::uint64_t used = 0;  ///< bytes
  std::uint64_t available = 0;
  int used_percent = 0;
};

struct NodeStatus {
  std::string id;
  std::string state;  ///< empty = online, else `maintenance`, ...
  std::string version;
  std::string build_time;
  std::uint64_t uptime_ns = 0;
  std::uint64_t state_flags = 0;  ///< http-cluster.md section 1; 6 = all is well
  std::uint64_t used = 0;         ///< bytes on all mountpaths
  std::uint64_t available = 0;
  std::uint64_t memory_used = 0;  ///< bytes
  std::uint64_t memory_available = 0;
  double cpu_percent = 0;
  std::vector<MountpathStatus> mountpaths;
};

}  // namespace bryo::client
