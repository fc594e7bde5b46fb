#include <kernel/cluster/cluster_api.h>

#include <kernel/wire/api_names.h>
#include <kernel/wire/bool_text.h>

namespace bryo::kernel {
namespace {

/// NodeStarted and ClusterStarted: all is well (http-cluster.md section 1).
constexpr std::uint64_t kStarted = 6;

bool asks(const Request& request, std::string_view key) {
  return bool_of(request.query.get(key).value_or("")).value_or(false);
}

}  // namespace

Task<Result<Response>> ClusterApi::health(Request& request) {
  const bool info = asks(request, wire::kQueryClusterInfo);
  const bool info_of_primary = asks(request, wire::kQueryClusterInfoPrimary);
  const bool clash = (info && asks(request, wire::kQueryPrimaryReadyToRebalance)) ||
                     (info_of_primary && (info || asks(request, wire::kQueryAskPrimary)));
  if (clash) {
    co_return Error(Errc::InvalidArgument,
                    "invalid '" + std::string(wire::kQueryClusterInfo) + "' query: cannot be combined with others");
  }
  Response response;
  if (info || info_of_primary) response = Response::json(node_state_json());
  const auto uptime = std::to_string(std::chrono::nanoseconds(services_.clock.now() - started_).count());
  response.headers.add(std::string(wire::kHeaderClusterUptime), uptime);
  response.headers.add(std::string(wire::kHeaderNodeUptime), uptime);
  co_return response;
}

std::string ClusterApi::node_state_json() const {
  using Json = nlohmann::ordered_json;
  const auto map = services_.map();
  const auto* primary = map->primary();
  const auto config = services_.cluster_config();
  const Json document{
      {"smap",
       {{"Primary",
         {{"pub_url", primary != nullptr ? primary->public_net.url() : ""},
          {"control_url", primary != nullptr ? primary->intra_control.url() : ""},
          {"id", primary != nullptr ? primary->id : ""}}},
        {"uuid", map->identity().uuid},
        {"version", std::to_string(map->identity().version)}}},
      {"bmd", {{"uuid", map->identity().uuid}, {"version", std::to_string(services_.buckets.snapshot()->version())}}},
      {"rmd", {{"version", "0"}}},
      {"config", {{"version", config->value("config_version", "1")}}},
      {"etlmd", {{"version", "0"}}},
      {"flags", kStarted}};
  return document.dump() + "\n";
}

}  // namespace bryo::kernel
