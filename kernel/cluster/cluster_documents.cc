#include <kernel/cluster/cluster_api.h>

#include <kernel/wire/api_names.h>

namespace bryo::kernel {
namespace {

using Json = NodeState::Json;

std::string line(const Json& document) { return document.dump() + "\n"; }

/// `pub,ctrl,data` of each target.
std::string target_ips(const ClusterMap& map) {
  std::string out;
  for (const auto& node : map.nodes()) {
    if (node.gateway) continue;
    if (!out.empty()) out.push_back(',');
    out.append(node.public_net.host).append(",").append(node.intra_control.host).append(",");
    out.append(node.intra_data.host);
  }
  return out;
}

}  // namespace

Task<Result<Response>> ClusterApi::get_cluster(Request& request) {
  const std::string what(request.query.get(wire::kQueryWhat).value_or(""));
  const auto map = services_.map();
  if (what == wire::kWhatSmap) co_return Response::json(map->json());
  if (what == wire::kWhatBmd) co_return Response::json(services_.buckets.bmd_json());
  if (what == wire::kWhatClusterConfig) co_return Response::json(services_.config.document()->dump() + "\n");
  if (what == wire::kWhatBackends) co_return Response::json("[]\n");
  if (what == wire::kWhatRemote) co_return Response::json("{\"a\":null,\"ver\":0}\n");
  if (what == wire::kWhatTargetIps) co_return Response::text(target_ips(*map));
  if (what == wire::kWhatSnode) {
    if (const auto* primary = map->primary()) co_return Response::json(line(primary->json()));
  }
  if (auto jobs = job_document(what, request)) co_return *std::move(jobs);
  const bool of_disks = what == wire::kWhatNodeStats || what == wire::kWhatSysinfo || what == wire::kWhatMountpaths;
  if (!of_disks) {
    co_return Error(Errc::InvalidArgument, "unexpected query [what=" + what.substr(0, 120) + "]");
  }
  Json gateways = Json::object();
  Json targets = Json::object();
  BRYO_CO_CHECK(co_await services_.blocking.run([&]() -> Status {
    for (const auto& node : map->nodes()) {
      if (node.gateway) {
        if (what == wire::kWhatNodeStats) gateways = state_.stats(node);
      } else if (what == wire::kWhatNodeStats) {
        targets[node.id] = state_.stats(node);
      } else {
        targets[node.id] = what == wire::kWhatSysinfo ? state_.system(node) : state_.mountpaths();
      }
    }
    return {};
  }));
  if (what == wire::kWhatMountpaths) co_return Response::json(line({{"targets", std::move(targets)}}));
  co_return Response::json(line({{"proxy", std::move(gateways)}, {"target", std::move(targets)}}));
}

}  // namespace bryo::kernel
