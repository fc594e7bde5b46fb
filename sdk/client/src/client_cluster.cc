#include <bryo/client/uri.h>

#include <algorithm>
#include <charconv>

#include "json.h"
#include "requests.h"
#include "wire.h"

namespace bryo::client {
namespace {

std::uint64_t number_of_text(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

void add_nodes(const Json& map, std::string_view primary, std::vector<NodeInfo>& nodes) {
  if (!map.is_object()) return;
  for (const auto& [id, node] : map.items()) {
    nodes.push_back({id, text_at(node, "daemon_type"), text_at(member(node, "public_net"), "direct_url"),
                     number_at(node, "flags"), id == primary});
  }
}

void read_capacity(const Json& json, NodeStatus& status) {
  status.used = number_at(json, "total_used");
  status.available = number_at(json, "total_avail");
  const auto& mountpaths = member(json, "mountpaths");
  if (!mountpaths.is_object()) return;
  for (const auto& [path, one] : mountpaths.items()) {
    status.mountpaths.push_back({path, text_at(member(one, "fs"), "FsType"), number_at(one, "used"),
                                 number_at(one, "avail"), static_cast<int>(signed_at(one, "pct_used"))});
  }
}

}  // namespace

Result<Health> Client::health() const {
  BRYO_TRY(headers, requests_->perform({.method = "GET", .target = std::string(wire::kHealth)}, call_));
  return Health{number_of_text(headers.get(wire::kHeaderNodeUptime)),
                number_of_text(headers.get(wire::kHeaderClusterUptime))};
}

Result<ClusterMap> Client::cluster_map() const {
  BRYO_TRY(answer, requests_->fetch({.method = "GET", .target = std::string(wire::kDaemon) + "?what=smap"}, call_));
  BRYO_TRY(json, parse_json(answer.body, "the cluster map"));
  const auto primary = text_at(member(json, "proxy_si"), "daemon_id");
  ClusterMap map{text_at(json, "uuid"), text_at(json, "creation_time"), signed_at(json, "version"), {}};
  add_nodes(member(json, "pmap"), primary, map.nodes);
  add_nodes(member(json, "tmap"), primary, map.nodes);
  return map;
}

Result<NodeStatus> Client::node_status(const std::string& node_id) const {
  ApiCall call{.method = "GET", .target = std::string(wire::kReverseDaemon) + "?what=node_status"};
  call.headers.add(std::string(wire::kHeaderNodeId), node_id);
  BRYO_TRY(answer, requests_->fetch(call, call_));
  BRYO_TRY(json, parse_json(answer.body, "the status of node " + node_id));
  NodeStatus status;
  status.id = node_id;
  status.state = text_at(json, "status");
  status.version = text_at(json, "ais_version");
  status.build_time = text_at(json, "build_time");
  status.uptime_ns = number_at(member(json, "tracker"), "up.ns.time");
  status.state_flags = number_at(member(json, "cluster"), "flags");
  const auto& system = member(json, "sys_info");
  status.memory_used = number_at(system, "mem_used");
  status.memory_available = number_at(system, "mem_avail");
  if (const auto& cpu = member(system, "pct_cpu_used"); cpu.is_number()) status.cpu_percent = cpu.get<double>();
  read_capacity(member(json, "capacity"), status);
  return status;
}

}  // namespace bryo::client
