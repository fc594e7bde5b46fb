#include <kernel/cluster/cluster_map.h>

#include <kernel/cluster/placement.h>
#include <kernel/wire/go_time.h>
#include <kernel/wire/job_id.h>

#include <algorithm>

namespace bryo::kernel {
namespace {

constexpr std::string_view kKey = "cluster";

std::vector<NodeInfo> nodes_of(const NodeIdentity& node, const NodeUrl& public_net, const NodeUrl& intra_control,
                               const NodeUrl& intra_data) {
  std::vector<NodeInfo> nodes;
  const auto add = [&](const std::string& id, bool gateway) {
    if (id.empty()) return;
    nodes.push_back({.id = id,
                     .gateway = gateway,
                     .public_net = public_net,
                     .intra_data = intra_data,
                     .intra_control = intra_control,
                     .flags = gateway ? NodeInfo::kInformationCenter : 0});
  };
  add(node.gateway_id, true);
  add(node.target_id, false);
  return nodes;
}

/// What makes a difference to clients: ids and addresses.
nlohmann::json stored_nodes(const std::vector<NodeInfo>& nodes) {
  auto list = nlohmann::json::array();
  for (const auto& node : nodes) list.push_back(nlohmann::json(node.json()));
  return list;
}

struct Stored {
  ClusterMap::Identity identity;
  nlohmann::json nodes;
};

Result<Stored> parse_stored(const std::string& text) {
  try {
    const auto json = nlohmann::json::parse(text);
    return Stored{.identity = {.uuid = json.at("uuid").get<std::string>(),
                               .creation_time = json.at("creation_time").get<std::string>(),
                               .version = json.at("version").get<std::uint64_t>()},
                  .nodes = json.at("nodes")};
  } catch (const nlohmann::json::exception& e) {
    return Error(Errc::Internal, "meta store key \"" + std::string(kKey) + "\" is damaged: " + e.what());
  }
}

}  // namespace

ClusterMap::ClusterMap(Identity identity, std::vector<NodeInfo> nodes, std::string primary)
    : identity_(std::move(identity)), nodes_(std::move(nodes)), primary_(std::move(primary)) {
  for (const auto& node : nodes_) {
    if (node.gateway) continue;
    targets_.push_back(node.id);
    digests_.push_back(placement_digest(node.id));
  }
}

Task<Result<std::shared_ptr<const ClusterMap>>> ClusterMap::open(MetaStore& store, Clock& clock, NodeIdentity node,
                                                                 NodeUrl public_net, NodeUrl intra_control,
                                                                 NodeUrl intra_data) {
  auto nodes = nodes_of(node, public_net, intra_control, intra_data);
  auto stored_form = stored_nodes(nodes);
  BRYO_CO_TRY(entry, co_await store.get(std::string(kKey)));
  Stored stored;
  if (entry) {
    BRYO_CO_TRY(parsed, parse_stored(entry->value));
    stored = std::move(parsed);
  } else {
    stored.identity.uuid = new_job_id();
    stored.identity.creation_time = format_go_time(clock.unix_ns(), "2006-01-02 15:04:05");
    stored.identity.version = 0;
  }
  if (stored.nodes != stored_form) {
    ++stored.identity.version;
    const nlohmann::json document{{"uuid", stored.identity.uuid},
                                  {"creation_time", stored.identity.creation_time},
                                  {"version", stored.identity.version},
                                  {"nodes", std::move(stored_form)}};
    const std::uint64_t revision = entry ? entry->revision : 0;
    BRYO_CO_TRY(written, co_await store.put(std::string(kKey), document.dump(), revision));
    static_cast<void>(written);
  }
  co_return std::make_shared<const ClusterMap>(std::move(stored.identity), std::move(nodes), node.gateway_id);
}

const std::string& ClusterMap::owner(std::string_view bucket_uname, std::string_view object) const {
  static const std::string kNobody;
  if (targets_.empty()) return kNobody;
  if (targets_.size() == 1) return targets_.front();
  return targets_[place(digests_, placement_digest(bucket_uname, object))];
}

const NodeInfo* ClusterMap::node(std::string_view id) const {
  const auto found = std::find_if(nodes_.begin(), nodes_.end(), [&](const NodeInfo& n) { return n.id == id; });
  return found == nodes_.end() ? nullptr : &*found;
}

std::string ClusterMap::json() const {
  using Json = nlohmann::ordered_json;
  Json gateways = Json::object();
  Json targets = Json::object();
  for (const auto& node : nodes_) (node.gateway ? gateways : targets)[node.id] = node.json();
  const auto* first = primary();
  const Json document{{"pmap", std::move(gateways)},
                      {"proxy_si", first != nullptr ? first->json() : Json()},
                      {"tmap", std::move(targets)},
                      {"uuid", identity_.uuid},
                      {"creation_time", identity_.creation_time},
                      {"version", std::to_string(identity_.version)}};
  return document.dump() + "\n";
}

}  // namespace bryo::kernel
