#include <kernel/cluster/cluster_api.h>

#include <kernel/wire/api_names.h>
#include <kernel/wire/bool_text.h>

namespace bryo::kernel {
namespace {

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
  if (info || info_of_primary) response = Response::json(state_.state().dump() + "\n");
  const auto uptime = std::to_string(state_.uptime().count());
  response.headers.add(std::string(wire::kHeaderClusterUptime), uptime);
  response.headers.add(std::string(wire::kHeaderNodeUptime), uptime);
  co_return response;
}

Task<Result<Response>> ClusterApi::prometheus(Request&) {
  co_return Response::typed("text/plain; version=0.0.4; charset=utf-8; escaping=underscores",
                            services_.metrics.prometheus_text());
}

}  // namespace bryo::kernel
