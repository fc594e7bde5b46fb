#include <CLI/CLI.hpp>
#include <future>
#include <memory>

#include "commands/commands.h"
#include "format.h"
#include "json_out.h"
#include "session.h"
#include "table.h"

namespace bryo::cli {
namespace {

/// Bits of a node's state that are not trouble: cluster started, node started (http-cluster.md section 1).
constexpr std::uint64_t kAllIsWell = 6;

struct ShownNode {
  client::NodeInfo info;
  Result<client::NodeStatus> status;
};

std::string state_of(const ShownNode& node) {
  if (!node.status) return "unreachable";
  if (!node.status->state.empty()) return node.status->state;
  const auto flags = node.status->state_flags;
  return flags == 0 || flags == kAllIsWell ? "online" : "alerts 0x" + [flags] {
    std::array<char, 20> text{};
    std::snprintf(text.data(), text.size(), "%llx", static_cast<unsigned long long>(flags & ~kAllIsWell));
    return std::string(text.data());
  }();
}

std::string capacity_of(const client::NodeStatus& status) {
  if (status.used + status.available == 0) return "-";
  return show_size(status.used) + " of " + show_size(status.used + status.available);
}

void print_nodes(Console& console, const client::ClusterMap& map, const std::vector<ShownNode>& nodes) {
  Table table({"NODE", "ROLE", "STATE", "VERSION", "UPTIME", "CAPACITY USED", "MEMORY USED", "ADDRESS"});
  for (const auto& node : nodes) {
    const auto status = node.status ? *node.status : client::NodeStatus{};
    const bool target = node.info.role == "target";
    table.add({node.info.id, (target ? "target" : "gateway") + std::string(node.info.primary ? " (primary)" : ""),
               state_of(node), status.version.empty() ? "-" : status.version,
               status.uptime_ns == 0 ? "-" : show_duration(std::chrono::nanoseconds(status.uptime_ns)),
               target ? capacity_of(status) : "-", status.memory_used == 0 ? "-" : show_size(status.memory_used),
               node.info.url});
  }
  table.print(console);
  console.print("");
  console.print("cluster " + map.uuid + ", map version " + std::to_string(map.version) + ", created " + map.created);
}

JsonOut json_of_node(const ShownNode& node) {
  JsonOut json{{"id", node.info.id},
               {"role", node.info.role},
               {"primary", node.info.primary},
               {"url", node.info.url},
               {"state", state_of(node)}};
  if (!node.status) {
    json["error"] = node.status.error().message();
    return json;
  }
  json["version"] = node.status->version;
  json["uptime_seconds"] = static_cast<double>(node.status->uptime_ns) / 1e9;
  json["state_flags"] = node.status->state_flags;
  json["used"] = node.status->used;
  json["available"] = node.status->available;
  json["memory_used"] = node.status->memory_used;
  json["mountpaths"] = JsonOut::array();
  for (const auto& one : node.status->mountpaths) {
    json["mountpaths"].push_back(
        {{"path", one.path}, {"filesystem", one.filesystem}, {"used", one.used}, {"available", one.available}});
  }
  return json;
}

Status show_cluster(Session& session) {
  BRYO_TRY(client, session.client());
  BRYO_TRY(map, client.cluster_map());
  // A node that hangs must not hide the others.
  const auto patient = client.with({.stop = session.stop(), .timeout = std::chrono::seconds(10)});
  std::vector<std::future<Result<client::NodeStatus>>> asked;
  for (const auto& info : map.nodes) {
    asked.push_back(std::async(std::launch::async, [&patient, id = info.id] { return patient.node_status(id); }));
  }
  std::vector<ShownNode> nodes;
  for (std::size_t i = 0; i < asked.size(); ++i) nodes.push_back({map.nodes[i], asked[i].get()});
  if (!session.console().json) {
    print_nodes(session.console(), map, nodes);
    return {};
  }
  auto list = JsonOut::array();
  for (const auto& node : nodes) list.push_back(json_of_node(node));
  session.console().print(
      to_text({{"uuid", map.uuid}, {"version", map.version}, {"created", map.created}, {"nodes", std::move(list)}}));
  return {};
}

}  // namespace

Action declare_show_cluster(CLI::App&) {
  return [](Session& session) { return show_cluster(session); };
}

}  // namespace bryo::cli
