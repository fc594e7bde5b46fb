#include <CLI/CLI.hpp>
#include <memory>

#include "commands/commands.h"
#include "json_out.h"
#include "session.h"
#include "table.h"

namespace bryo::cli {
namespace {

Result<JsonOut> parsed(const std::string& text) {
  auto json = JsonOut::parse(text, nullptr, false);
  if (json.is_discarded()) return Error(Errc::Io, "the node's answer about plugins is no JSON: is it a Bryo node?");
  return json;
}

/// A field as text: strings bare, lists with commas, all else as JSON.
std::string field(const JsonOut& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) return {};
  if (found->is_string()) return found->get<std::string>();
  if (!found->is_array()) return found->dump();
  std::string out;
  for (const auto& item : *found)
    out += (out.empty() ? "" : ", ") + (item.is_string() ? item.get<std::string>() : item.dump());
  return out;
}

std::string or_dash(std::string text) { return text.empty() ? "-" : text; }

Status list_plugins(Session& session) {
  BRYO_TRY(client, session.client());
  BRYO_TRY(text, client.plugins());
  BRYO_TRY(plugins, parsed(text));
  auto& console = session.console();
  if (console.json) {
    console.print(to_text(plugins));
    return {};
  }
  Table table({"PLUGIN", "VERSION", "STATE", "IN FLIGHT", "CALLS", "ERRORS", "WHAT IT DOES"});
  for (const auto& one : plugins) {
    table.add({field(one, "name"), or_dash(field(one, "version")), field(one, "state"), field(one, "in_flight"),
               field(one, "calls"), field(one, "errors"), or_dash(field(one, "doc"))});
  }
  table.print(console);
  for (const auto& one : plugins) {
    if (const auto error = field(one, "error"); !error.empty()) console.print(field(one, "name") + ": " + error);
  }
  return {};
}

void print_contributions(Console& console, const JsonOut& plugin) {
  for (const auto& route : plugin.value("routes", JsonOut::array())) {
    console.print("route    " + field(route, "verb") + " " + field(route, "pattern") + "  (" + field(route, "access") +
                  ")  " + field(route, "doc"));
  }
  for (const auto& job : plugin.value("jobs", JsonOut::array())) {
    console.print("job      " + field(job, "kind") + "  " + field(job, "doc"));
  }
  for (const auto& hook : plugin.value("object_hooks", JsonOut::array())) {
    console.print("hook     " + field(hook, "time") + " " + field(hook, "event") + "  " + field(hook, "doc"));
  }
  for (const auto& service : plugin.value("services", JsonOut::array())) {
    console.print("service  " + field(service, "name") + "  " + field(service, "doc"));
  }
  for (const auto& store : plugin.value("meta_stores", JsonOut::array())) {
    console.print("metadata " + field(store, "name") + "  " + field(store, "doc"));
  }
  for (const auto& [kind, head] :
       {std::pair("archive_formats", "formats  "), {"backends", "backends "}, {"metrics", "metrics  "}}) {
    const auto names = field(plugin, kind);
    if (!names.empty()) console.print(head + names);
  }
}

Status print_plugin(Session& session, const std::string& text) {
  BRYO_TRY(plugin, parsed(text));
  auto& console = session.console();
  if (console.json) {
    console.print(to_text(plugin));
    return {};
  }
  console.print(field(plugin, "name") + " " + field(plugin, "version") + ", " + field(plugin, "state") + ": " +
                field(plugin, "doc"));
  console.print("file     " + field(plugin, "path"));
  if (const auto needs = field(plugin, "needs"); !needs.empty()) console.print("needs    " + needs);
  console.print("calls    " + field(plugin, "calls") + ", " + field(plugin, "errors") + " failed, " +
                field(plugin, "exceptions") + " threw, " + field(plugin, "in_flight") + " in flight");
  if (const auto error = field(plugin, "last_error"); !error.empty()) console.print("last     " + error);
  if (const auto error = field(plugin, "error"); !error.empty()) console.print("error    " + error);
  print_contributions(console, plugin);
  console.print("");
  Table table({"OPTION", "VALUE", "DEFAULT", "ALLOWED", "HOT", "MEANING"});
  for (const auto& option : plugin.value("options", JsonOut::array())) {
    table.add({field(option, "key"), or_dash(field(option, "value")), or_dash(field(option, "default")),
               or_dash(field(option, "allowed")), field(option, "hot") == "true" ? "yes" : "no", field(option, "doc")});
  }
  table.print(console);
  return {};
}

Status act(Session& session, const std::string& name, std::string_view action, const std::string& timeout) {
  BRYO_TRY(client, session.client());
  BRYO_TRY(text, client.plugin_action(name, action, timeout));
  if (session.console().json) return print_plugin(session, text);
  BRYO_TRY(plugin, parsed(text));
  session.console().print(name + " is " + field(plugin, "state"));
  return {};
}

struct SetOptions {
  std::string name;
  std::vector<std::string> pairs;
};

Status set_options(const SetOptions& options, Session& session) {
  std::vector<std::pair<std::string, std::string>> changes;
  for (const auto& pair : options.pairs) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos || equals == 0) return usage_error("'" + pair + "' is not of the form KEY=VALUE");
    changes.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
  }
  BRYO_TRY(client, session.client());
  BRYO_TRY(text, client.set_plugin_options(options.name, changes));
  return print_plugin(session, text);
}

}  // namespace

Action declare_plugin_ls(CLI::App&) {
  return [](Session& session) { return list_plugins(session); };
}

Action declare_plugin_show(CLI::App& app) {
  auto name = std::make_shared<std::string>();
  app.add_option("PLUGIN", *name, "Its name")->required();
  return [name](Session& session) -> Status {
    BRYO_TRY(client, session.client());
    BRYO_TRY(text, client.plugin(*name));
    return print_plugin(session, text);
  };
}

Action declare_plugin_drain(CLI::App& app) {
  auto name = std::make_shared<std::string>();
  auto timeout = std::make_shared<std::string>();
  app.add_option("PLUGIN", *name, "Its name")->required();
  app.add_option("--timeout", *timeout,
                 "How long running calls may take, such as 10s; default: the node's drain_timeout");
  return [name, timeout](Session& session) { return act(session, *name, "drain", *timeout); };
}

Action declare_plugin_start(CLI::App& app) {
  auto name = std::make_shared<std::string>();
  app.add_option("PLUGIN", *name, "Its name")->required();
  return [name](Session& session) { return act(session, *name, "start", {}); };
}

Action declare_plugin_set(CLI::App& app) {
  auto options = std::make_shared<SetOptions>();
  app.add_option("PLUGIN", options->name, "Its name")->required();
  app.add_option("KEY=VALUE", options->pairs, "Options that may change while the node runs")->required();
  return [options](Session& session) { return set_options(*options, session); };
}

}  // namespace bryo::cli
