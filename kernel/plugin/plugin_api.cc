#include <kernel/config/toml_tree.h>
#include <kernel/plugin/plugin_api.h>
#include <kernel/wire/action_message.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace bryo::kernel {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::hours kLongestDrain{24};

Json summary(const PluginDescription& plugin) {
  return {{"name", plugin.name},
          {"version", plugin.version},
          {"doc", plugin.doc},
          {"state", name_of(plugin.state)},
          {"in_flight", plugin.running},
          {"calls", plugin.calls},
          {"errors", plugin.errors},
          {"exceptions", plugin.exceptions},
          {"last_error", plugin.last_error},
          {"error", plugin.error}};
}

Json options_of(const OptionRegistry& registry, const std::string& plugin) {
  auto out = Json::array();
  for (const OptionState& option : registry.section("plugin." + plugin)) {
    Json one = {{"key", option.key}, {"type", option.type}};
    one["value"] = option.secret ? Json("(secret)") : Json(json_value(option.value));
    one["default"] = json_value(option.default_value);
    one["allowed"] = option.allowed;
    one["hot"] = option.hot;
    one["doc"] = option.doc;
    one["api_name"] = option.api_name;
    out.push_back(std::move(one));
  }
  return out;
}

Json document(const PluginDescription& plugin, const OptionRegistry& registry) {
  Json out = summary(plugin);
  out["path"] = plugin.path;
  out["needs"] = plugin.needs;
  out["routes"] = Json::array();
  for (const RouteSpec& route : plugin.contributed.routes) {
    out["routes"].push_back({{"verb", verb_name(route.verb)},
                             {"pattern", route.pattern},
                             {"access", access_name(route.access)},
                             {"doc", route.doc}});
  }
  out["jobs"] = Json::array();
  for (const XactionKind& kind : plugin.contributed.kinds)
    out["jobs"].push_back({{"kind", kind.name}, {"doc", kind.doc}});
  out["archive_formats"] = Json::array();
  for (const ContributedFormat& format : plugin.contributed.formats) out["archive_formats"].push_back(format.spec.name);
  out["backends"] = Json::array();
  for (const BackendSpec& backend : plugin.contributed.backends) out["backends"].push_back(backend.provider);
  out["meta_stores"] = Json::array();
  for (const MetaStoreSpec& store : plugin.contributed.meta_stores)
    out["meta_stores"].push_back({{"name", store.name}, {"doc", store.doc}});
  out["object_hooks"] = Json::array();
  for (const ObjectHookSpec& hook : plugin.contributed.hooks) {
    out["object_hooks"].push_back({{"event", event_name(hook.event)},
                                   {"time", hook.time == HookTime::Before ? "before" : "after"},
                                   {"doc", hook.doc}});
  }
  out["services"] = Json::array();
  for (const ServiceSpec& service : plugin.contributed.services)
    out["services"].push_back({{"name", service.name}, {"doc", service.doc}});
  out["metrics"] = plugin.contributed.metrics;
  out["options"] = options_of(registry, plugin.name);
  return out;
}

Response answer(const Json& document) { return Response::json(document.dump() + "\n"); }

std::string text_of(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump();
  std::string out;
  for (const auto& item : value) {
    out += (out.empty() ? "" : ",") + (item.is_string() ? item.get<std::string>() : item.dump());
  }
  return out;
}

struct Named {
  const std::string& key;
  bool operator()(const OptionState& option) const { return option.key == key; }
};

using Changes = std::vector<std::pair<std::string, std::string>>;

Result<Changes> changes_of(const nlohmann::json& body, const std::string& plugin, const OptionRegistry& registry) {
  if (!body.is_object() || body.empty()) {
    return Error(Errc::InvalidArgument, "plugin '" + plugin + "': give the options to set as {\"KEY\": VALUE, ...}");
  }
  const auto options = registry.section("plugin." + plugin);
  Changes out;
  for (const auto& [key, value] : body.items()) {
    const auto known = std::find_if(options.begin(), options.end(), Named{key});
    if (known == options.end()) {
      std::vector<std::string> keys;
      for (const auto& option : options) keys.push_back(option.key);
      return Error(Errc::InvalidArgument,
                   "plugin '" + plugin + "': " + unknown_key(key, "[plugin." + plugin + "]", keys));
    }
    out.emplace_back(known->api_name, text_of(value));
  }
  return out;
}

}  // namespace

Task<Result<Response>> PluginApi::list(Request&) {
  auto out = Json::array();
  for (const PluginDescription& plugin : services_.plugins.describe()) out.push_back(summary(plugin));
  co_return answer(out);
}

Task<Result<Response>> PluginApi::show(Request& request) {
  BRYO_CO_TRY(plugin, services_.plugins.describe(request.rest));
  co_return answer(document(plugin, services_.options));
}

Task<Result<Response>> PluginApi::act(Request& request) {
  BRYO_CO_TRY(body, parse_json(request.body, "the action on a plugin"));
  const std::string action = body.is_object() && body.contains("action") && body["action"].is_string()
                                 ? body["action"].get<std::string>()
                                 : std::string();
  auto limit = services_.drain_timeout();
  if (body.is_object() && body.contains("timeout")) {
    BRYO_CO_TRY(given, option_value_of(text_of(body["timeout"]), OptionValue(Duration{})));
    limit = std::get<Duration>(given);
    if (limit < Duration::zero() || limit > kLongestDrain) {
      co_return Error(Errc::InvalidArgument,
                      "invalid timeout " + body["timeout"].dump() + " of the action on a plugin: give 0s to 24h");
    }
  }
  if (action != "drain" && action != "start") {
    co_return Error(Errc::InvalidArgument, "invalid action \"" + action + "\" on a plugin: use \"drain\" or \"start\"");
  }
  // Named, because g++ 12 destroys a closure twice that is a temporary of a co_await expression.
  std::function<Status()> work = [this, name = request.rest, action, limit]() -> Status {
    if (action == "start") return services_.plugins.start(name);
    return services_.plugins.drain(name, Deadline::after(limit));
  };
  BRYO_CO_CHECK(co_await changes_.run(std::move(work)));
  co_return co_await show(request);
}

Task<Result<Response>> PluginApi::set(Request& request) {
  BRYO_CO_TRY(plugin, services_.plugins.describe(request.rest));
  BRYO_CO_TRY(body, parse_json(request.body, "the options of a plugin"));
  BRYO_CO_TRY(changes, changes_of(body, plugin.name, services_.options));
  std::function<Status()> work = [this, changes = std::move(changes)] {
    return services_.config.set(ConfigScope::Cluster, ConfigLifetime::Stored, changes);
  };
  BRYO_CO_CHECK(co_await changes_.run(std::move(work)));
  co_return co_await show(request);
}

Status register_plugin_routes(Router& router, std::optional<PluginApi>& api) {
  struct Row {
    Verb verb;
    const char* pattern;
    const char* doc;
    Access access;
    Task<Result<Response>> (PluginApi::*method)(Request&);
  };
  for (const Row& row : {
           Row{Verb::Get, "/v1/plugins", "Lists the plugins of this node.", Access::Admin, &PluginApi::list},
           Row{Verb::Get, "/v1/plugins/*", "Shows a plugin, what it contributes and its options.", Access::Admin,
               &PluginApi::show},
           Row{Verb::Post, "/v1/plugins/*", "Drains a plugin, or starts it again.", Access::Admin, &PluginApi::act},
           Row{Verb::Patch, "/v1/plugins/*", "Sets options of a plugin that may change while it runs.", Access::Admin,
               &PluginApi::set},
       }) {
    RouteSpec spec{.verb = row.verb, .pattern = row.pattern, .doc = row.doc, .role = Role::Any, .access = row.access};
    BRYO_CHECK(router.add(
        std::move(spec), [&api, method = row.method](Request& r) { return ((*api).*method)(r); }, "kernel"));
  }
  return {};
}

}  // namespace bryo::kernel
