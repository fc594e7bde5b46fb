#include <kernel/cluster/cluster_api.h>

#include <kernel/wire/api_names.h>

namespace bryo::kernel {

Task<Result<Response>> ClusterApi::get_node(Request& request) {
  const auto what = request.query.get(wire::kQueryWhat).value_or("");
  if (what == wire::kWhatSmap) co_return Response::json(services_.map()->json());
  if (what == wire::kWhatBmd) co_return Response::json(services_.buckets.bmd_json());
  co_return Error(Errc::InvalidArgument, "invalid '" + request.path + "' request: unrecognized 'what=" +
                                             std::string(what.substr(0, 120)) + "' query");
}

Task<Result<Response>> ClusterApi::get_cluster(Request& request) {
  const auto what = request.query.get(wire::kQueryWhat).value_or("");
  if (what == wire::kWhatSmap) co_return Response::json(services_.map()->json());
  if (what == wire::kWhatBmd) co_return Response::json(services_.buckets.bmd_json());
  if (what == wire::kWhatClusterConfig) co_return Response::json(services_.cluster_config()->dump() + "\n");
  co_return Error(Errc::InvalidArgument, "unexpected query [what=" + std::string(what.substr(0, 120)) + "]");
}

Task<Result<Response>> ClusterApi::prometheus(Request&) {
  co_return Response::typed("text/plain; version=0.0.4; charset=utf-8; escaping=underscores",
                            services_.metrics.prometheus_text());
}

}  // namespace bryo::kernel
