#include <kernel/bucket/bucket_access.h>
#include <kernel/reference/markdown.h>
#include <kernel/reference/pages.h>

namespace bryo::kernel {
namespace {

constexpr std::string_view kPreface = R"(# Plugins

Every plugin that was found, and what it brings. `[plugins] enable` names those that run; one that is not enabled leaves
only its routes and actions, which answer 501.

)";

std::string_view scope_word(XactionScope scope) {
  switch (scope) {
    case XactionScope::Global:
      return "the cluster";
    case XactionScope::Bucket:
      return "a bucket";
    case XactionScope::Target:
      return "a target";
  }
  return "";
}

std::string start_word(const XactionKind& kind) {
  if (!kind.actions.empty()) {
    std::string out = kind.startable ? "by the API" : "";
    for (const BucketAction& action : kind.actions) {
      out += (out.empty() ? "`" : ", `") + std::string(verb_name(action.verb)) + " " + action.name + "`";
    }
    return out;
  }
  if (kind.on_demand) return kind.startable ? "by the API, or on demand" : "on demand";
  return kind.startable ? "by the API" : "by the plugin";
}

std::string jobs(const std::vector<XactionKind>& kinds) {
  MarkdownTable out{"Job", "Works on", "Starts", "Needs", "Not beside", "Meaning"};
  for (const XactionKind& kind : kinds) {
    std::vector<std::string> rights;
    for (const BucketAccess right : kind.permissions) rights.emplace_back(access_name(right));
    const std::string second = kind.display_name.empty() ? "" : ", also " + code(kind.display_name);
    out.row({code(kind.name) + second, scope_word(kind.scope), start_word(kind), code_list(rights),
             code_list(kind.conflicts), kind.doc});
  }
  return "\n" + out.text();
}

std::string formats(const std::vector<ContributedFormat>& all) {
  MarkdownTable out{"Archive format", "Extensions", "In requests", "Content type", "Can be"};
  for (const ContributedFormat& format : all) {
    out.row({code(format.spec.name), code_list(format.spec.extensions), code_list(format.spec.mime_names),
             code(format.spec.content_type),
             format.reads && format.writes ? "read and written" : (format.reads ? "read" : "written")});
  }
  return "\n" + out.text();
}

std::string hooks(const std::vector<ObjectHookSpec>& all) {
  MarkdownTable out{"Hook", "Meaning"};
  for (const ObjectHookSpec& hook : all) {
    const std::string time = hook.time == HookTime::Before ? "before " : "after ";
    out.row({time + std::string(event_name(hook.event)), hook.doc});
  }
  return "\n" + out.text();
}

/// Contributions that have a name and a sentence.
template <class Specs, class Name>
std::string named(std::string_view title, const Specs& specs, Name name) {
  MarkdownTable out{title, "Meaning"};
  for (const auto& spec : specs) out.row({code(name(spec)), spec.doc});
  return "\n" + out.text();
}

std::string state_of(const PluginDescription& plugin) {
  if (plugin.state == PluginState::Disabled) return "Not enabled.";
  if (plugin.state == PluginState::Declared) return "Enabled.";
  return "Left out: " + plugin.error + ".";
}

std::string links(const PluginDescription& plugin, const OptionRegistry& options) {
  const std::string anchor = "#" + heading_anchor("Plugin " + plugin.name);
  std::vector<std::string> to;
  if (options.has_section("plugin." + plugin.name))
    to.push_back(link("options", "options.md#" + heading_anchor("plugin." + plugin.name)));
  if (!plugin.contributed.metrics.empty()) to.push_back(link("metrics", "metrics.md" + anchor));
  if (!plugin.contributed.routes.empty()) to.push_back(link("routes", "routes.md" + anchor));
  std::string out;
  for (const std::string& one : to) out.append(out.empty() ? "Its " : ", ").append(one);
  return out.empty() ? out : out + ".";
}

std::string section(const PluginDescription& plugin, const OptionRegistry& options) {
  const ContributionList& all = plugin.contributed;
  std::string out = "## `" + plugin.name + "`\n\n" + plugin.doc + " " + state_of(plugin);
  if (!plugin.needs.empty()) out += " Needs " + code_list(plugin.needs) + ".";
  if (const std::string where = links(plugin, options); !where.empty()) out += "\n" + where;
  out += "\n";
  if (!all.kinds.empty()) out += jobs(all.kinds);
  if (!all.formats.empty()) out += formats(all.formats);
  if (!all.backends.empty()) out += named("Provider", all.backends, [](const auto& s) { return s.provider; });
  if (!all.meta_stores.empty()) out += named("Meta store", all.meta_stores, [](const auto& s) { return s.name; });
  if (!all.hooks.empty()) out += hooks(all.hooks);
  if (!all.services.empty()) out += named("Service", all.services, [](const auto& s) { return s.name; });
  return out;
}

}  // namespace

std::string plugin_page(const OptionRegistry& options, const std::vector<PluginDescription>& plugins) {
  std::string out(kPreface);
  for (const PluginDescription& plugin : plugins) out += section(plugin, options) + "\n";
  out.pop_back();
  return out;
}

}  // namespace bryo::kernel
