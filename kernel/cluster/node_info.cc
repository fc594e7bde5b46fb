#include <kernel/cluster/node_info.h>

#include <kernel/cluster/placement.h>
#include <nlohmann/json.hpp>

namespace bryo::kernel {
namespace {

nlohmann::ordered_json net_json(const NodeUrl& net) {
  return {{"node_ip_addr", net.host}, {"daemon_port", net.port}, {"direct_url", net.url()}};
}

}  // namespace

std::string NodeUrl::url() const {
  const bool ipv6 = host.find(':') != std::string::npos;
  return "http://" + (ipv6 ? "[" + host + "]" : host) + ":" + port;
}

NodeUrl node_url(std::string_view address) {
  const auto colon = address.rfind(':');
  NodeUrl net{.host = std::string(address.substr(0, colon)),
              .port = colon == std::string_view::npos ? "" : std::string(address.substr(colon + 1))};
  if (net.host.starts_with('[') && net.host.ends_with(']')) net.host = net.host.substr(1, net.host.size() - 2);
  return net;
}

nlohmann::ordered_json NodeInfo::json() const {
  return {{"public_net", net_json(public_net)},
          {"intra_data_net", net_json(intra_data)},
          {"intra_control_net", net_json(intra_control)},
          {"daemon_type", gateway ? "proxy" : "target"},
          {"daemon_id", id},
          {"flags", flags},
          {"id_digest", placement_digest(id)}};
}

}  // namespace bryo::kernel
