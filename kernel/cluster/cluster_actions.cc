#include <kernel/cluster/cluster_api.h>

#include <kernel/wire/action_message.h>
#include <kernel/wire/api_names.h>
#include <kernel/wire/bool_text.h>

#include <algorithm>
#include <array>

namespace bryo::kernel {
namespace {

constexpr std::string_view kSetConfigPath = "set-config";

/// Actions of `PUT /v1/cluster` that exist, but that a node alone does not have.
constexpr std::array<std::string_view, 12> kUnsupportedActions{
    "start-maintenance", "stop-maintenance", "decommission-node", "shutdown-node", "rm-unsafe", "shutdown",
    "decommission",      "reload-creds",     "clear-lcache",      "reset-stats",   "attach",    "detach"};

/// Paths below `/v1/cluster` that exist, but that a node alone does not have.
constexpr std::array<std::string_view, 7> kUnsupportedPaths{"proxy",        "attach",    "detach",       "enable-bend",
                                                            "disable-bend", "load-x509", "join-by-admin"};

Error unsupported(std::string_view what) {
  return Error(Errc::Unsupported, "cannot run \"" + std::string(what) + "\" on this cluster - operation not supported",
               wire::kErrUnsupported);
}

Error invalid_uri(const Request& request) {
  return Error(Errc::InvalidArgument, "invalid request URI: '" + std::string(verb_name(request.verb)) + " " +
                                          request.target.substr(0, 300) + "' from " + request.remote);
}

ConfigLifetime lifetime_of(const Request& request) {
  const bool transient = bool_of(request.query.get(wire::kQueryTransient).value_or("")).value_or(false);
  return transient ? ConfigLifetime::Transient : ConfigLifetime::Stored;
}

}  // namespace

Task<Result<Response>> ClusterApi::put_cluster(Request& request) {
  BRYO_CO_TRY(message, parse_action(request.body, "PUT"));
  const auto& action = message.action;
  if (action == wire::kActionSetConfig) {
    co_return co_await merge_config(ConfigScope::Cluster, std::move(message.value), request);
  }
  if (action == wire::kActionResetConfig) co_return co_await reset_config();
  if (action == wire::kActionStart) {
    co_return co_await start_job(std::move(message.name), std::move(message.value), request);
  }
  if (action == wire::kActionStop) co_return stop_job(message.value);
  if (action == "rotate-logs") {
    services_.logger.rotate();
    co_return Response();
  }
  const bool known =
      std::find(kUnsupportedActions.begin(), kUnsupportedActions.end(), action) != kUnsupportedActions.end();
  co_return known ? unsupported(action) : invalid_action(action);
}

Task<Result<Response>> ClusterApi::put_cluster_path(Request& request) {
  const auto first = request.rest.substr(0, request.rest.find('/'));
  if (first == kSetConfigPath) co_return co_await set_config(ConfigScope::Cluster, request);
  const bool known = std::find(kUnsupportedPaths.begin(), kUnsupportedPaths.end(), first) != kUnsupportedPaths.end();
  co_return known ? unsupported(first) : invalid_uri(request);
}

Task<Result<Response>> ClusterApi::put_node(Request& request) {
  if (request.rest == kSetConfigPath) co_return co_await set_config(ConfigScope::Node, request);
  BRYO_CO_TRY(message, parse_action(request.body, "PUT"));
  if (message.action == wire::kActionSetConfig) {
    co_return co_await merge_config(ConfigScope::Node, std::move(message.value), request);
  }
  if (message.action == wire::kActionResetConfig) co_return co_await reset_config();
  if (message.action == "rotate-logs") {
    services_.logger.rotate();
    co_return Response();
  }
  co_return invalid_action(message.action);
}

Task<Result<Response>> ClusterApi::mountpath_action(Request& request) {
  BRYO_CO_TRY(message, parse_action(request.body, verb_name(request.verb)));
  co_return unsupported(message.action);
}

Task<Result<Response>> ClusterApi::reverse(Request& request) {
  // rest: "daemon", "daemon/set-config", "daemon/mountpaths"
  const std::string_view rest = request.rest;
  if (rest.substr(0, rest.find('/')) != "daemon") co_return invalid_uri(request);
  const auto map = services_.map();
  BRYO_CO_TRY(node, named_node(request, *map));
  if (node == nullptr) co_return Error(Errc::InvalidArgument, "missing node ID");
  const auto below = rest.size() > 7 ? rest.substr(7) : std::string_view{};
  if (below == "mountpaths") co_return co_await mountpath_action(request);
  if (request.verb == Verb::Get) {
    co_return co_await get_of_node(node, std::string(request.query.get(wire::kQueryWhat).value_or("")), request);
  }
  if (request.verb != Verb::Put || (!below.empty() && below != kSetConfigPath)) co_return invalid_uri(request);
  request.rest = std::string(below);
  co_return co_await put_node(request);
}

Task<Result<Response>> ClusterApi::set_config(ConfigScope scope, Request& request) {
  std::vector<std::pair<std::string, std::string>> changes;
  for (const auto& item : request.query.items()) {
    if (item.first != wire::kQueryTransient) changes.push_back(item);
  }
  if (changes.empty()) co_return Error(Errc::InvalidArgument, "set-config: nothing to set, expecting NAME=VALUE");
  auto& config = services_.config;
  BRYO_CO_CHECK(co_await config_changes_.run(
      [&config, scope, lifetime = lifetime_of(request), &changes] { return config.set(scope, lifetime, changes); }));
  co_return Response();
}

Task<Result<Response>> ClusterApi::merge_config(ConfigScope scope, nlohmann::json partial, Request& request) {
  auto& config = services_.config;
  BRYO_CO_CHECK(co_await config_changes_.run(
      [&config, scope, lifetime = lifetime_of(request), &partial] { return config.merge(scope, lifetime, partial); }));
  co_return Response();
}

Task<Result<Response>> ClusterApi::reset_config() {
  auto& config = services_.config;
  BRYO_CO_CHECK(co_await config_changes_.run([&config] { return config.reset(); }));
  co_return Response();
}

}  // namespace bryo::kernel
