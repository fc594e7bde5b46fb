#include <kernel/cluster/cluster_api.h>

#include <kernel/wire/api_names.h>
#include <kernel/wire/bool_text.h>

#include <charconv>

namespace bryo::kernel {
namespace {

std::string line(const NodeState::Json& document) { return document.dump() + "\n"; }

Error unrecognized(std::string_view what) {
  return Error(Errc::InvalidArgument,
               "invalid '/v1/daemon' request: unrecognized 'what=" + std::string(what.substr(0, 120)) + "' query");
}

}  // namespace

Result<const NodeInfo*> ClusterApi::named_node(const Request& request, const ClusterMap& map) const {
  const auto id = request.headers.get(wire::kHeaderNodeId);
  if (!id || id->empty()) return nullptr;
  if (const auto* node = map.node(*id)) return node;
  return Error(Errc::NotFound,
               "p[" + services_.node.gateway_id + "]: cannot forward request to node node " +
                   std::string(id->substr(0, 120)) + " not present in Smap v" + std::to_string(map.identity().version),
               wire::kErrNodeNotFound);
}

Task<Result<Response>> ClusterApi::get_node(Request& request) {
  const auto map = services_.map();
  BRYO_CO_TRY(node, named_node(request, *map));
  co_return co_await get_of_node(node, std::string(request.query.get(wire::kQueryWhat).value_or("")), request);
}

Task<Result<Response>> ClusterApi::get_of_node(const NodeInfo* node, std::string what, Request& request) {
  if (what == wire::kWhatLog) co_return log_text(request);
  if (what == wire::kWhatTlsCertificate) {
    co_return Error(Errc::NotFound, "no TLS certificate loaders configured");
  }
  const auto map = services_.map();
  std::optional<Response> found;
  // File systems are looked at for some of these documents, and a dying disk makes that wait.
  BRYO_CO_CHECK(co_await services_.blocking.run([&]() -> Status {
    if (node != nullptr) {
      found = document(*node, what, request);
      return {};
    }
    // Nobody in particular was asked: whichever role has such a document, the gateway first.
    for (const auto& candidate : map->nodes()) {
      if (!found) found = document(candidate, what, request);
    }
    return {};
  }));
  if (!found) co_return unrecognized(what);
  co_return *std::move(found);
}

std::optional<Response> ClusterApi::document(const NodeInfo& node, std::string_view what, const Request&) {
  const auto json = [](std::string text) { return std::optional(Response::json(std::move(text))); };
  if (what == wire::kWhatSmap) return json(services_.map()->json());
  if (what == wire::kWhatBmd) return json(services_.buckets.bmd_json());
  if (what == wire::kWhatSnode) return json(line(node.json()));
  if (what == wire::kWhatConfig) return json(services_.node_config().dump() + "\n");
  if (what == wire::kWhatNodeStats) return json(line(state_.stats(node)));
  if (what == wire::kWhatNodeStatus) return json(line(state_.status(node)));
  if (what == wire::kWhatSysinfo) return json(line(state_.system(node)));
  if (what == wire::kWhatMetrics) return json(line(state_.metric_kinds(node)));
  if (what == wire::kWhatSoftwareVersion) return Response::text(services_.software_version);
  if (node.gateway) return std::nullopt;
  if (what == wire::kWhatMountpaths) return json(line(state_.mountpaths()));
  if (what == wire::kWhatDisk) return json(line(state_.disks()));
  if (what == wire::kWhatRemote) return json("{\"a\":[],\"ver\":0}\n");
  return std::nullopt;
}

Result<Response> ClusterApi::log_text(const Request& request) const {
  if (bool_of(request.query.get("all").value_or("")).value_or(false)) {
    return Error(Errc::Unsupported,
                 "cannot pack the log files: read them in the node's log directory, or ask without "
                 "\"all\" - operation not supported",
                 wire::kErrUnsupported);
  }
  std::uint64_t offset = 0;
  const auto given = request.query.get("offset").value_or("");
  const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), offset);
  if (!given.empty() && (error != std::errc{} || end != given.data() + given.size())) {
    return Error(Errc::InvalidArgument, "invalid 'offset=" + std::string(given.substr(0, 40)) + "'");
  }
  const auto severity = request.query.get("severity").value_or("");
  const bool errors = severity == "error" || severity == "warning";
  if (!errors && !severity.empty() && severity != "info") {
    return Error(Errc::InvalidArgument,
                 "invalid 'severity=" + std::string(severity.substr(0, 40)) + "' (expecting info, warning or error)");
  }
  return Response::text(errors ? services_.logger.errors_since(offset).text : services_.logger.all_since(offset).text);
}

}  // namespace bryo::kernel
