#include <kernel/config/value_text.h>
#include <kernel/reference/markdown.h>
#include <kernel/reference/pages.h>

#include <algorithm>
#include <tuple>

namespace bryo::kernel {
namespace {

constexpr std::string_view kPreface = R"(# Routes

Every path that a node answers. A path that ends in `/*` stands for everything below it; the longest path that fits
wins. A verb that a path does not have is answered 405, an unknown path 404.

*Needs* is the right that a caller needs: `open` is for everybody. *Body* is what a request may send: a longer one is
answered 413 before the handler runs; *streamed* ones are never held in memory as a whole.

)";

std::string body_of(const RouteSpec& spec) {
  const bool any_size = spec.body_limit == ~std::uint64_t{0};
  const std::string size = any_size ? "any size" : "up to " + size_text(Size{spec.body_limit});
  return spec.stream_body ? size + ", streamed" : size;
}

/// Where two routes say the same, their verbs share a row.
auto all_but_verb(const RouteSpec& spec) {
  return std::tie(spec.pattern, spec.doc, spec.role, spec.access, spec.body_limit, spec.stream_body);
}

std::string table(std::vector<RouteSpec> routes) {
  std::stable_sort(routes.begin(), routes.end(), [](const RouteSpec& a, const RouteSpec& b) {
    return std::tie(a.pattern, a.verb) < std::tie(b.pattern, b.verb);
  });
  MarkdownTable out{"Path", "Verb", "Needs", "Role", "Body", "Meaning"};
  std::vector<bool> done(routes.size());
  for (std::size_t i = 0; i < routes.size(); ++i) {
    if (done[i]) continue;
    std::string verbs;
    for (std::size_t j = i; j < routes.size(); ++j) {
      if (all_but_verb(routes[j]) != all_but_verb(routes[i])) continue;
      done[j] = true;
      verbs.append(verbs.empty() ? "" : ", ").append(verb_name(routes[j].verb));
    }
    const RouteSpec& spec = routes[i];
    out.row({code(spec.pattern), verbs, access_name(spec.access), role_name(spec.role), body_of(spec), spec.doc});
  }
  return out.text();
}

}  // namespace

std::string route_page(const Router& router, const std::vector<PluginDescription>& plugins) {
  std::vector<RouteSpec> own;
  for (const auto& route : router.routes()) {
    if (route->owner == "kernel") own.push_back(route->spec);
  }
  std::string out = std::string(kPreface) + "## Kernel\n\n" + table(std::move(own));
  for (const PluginDescription& plugin : plugins) {
    if (plugin.contributed.routes.empty()) continue;
    out += "\n## Plugin `" + plugin.name + "`\n\n";
    if (plugin.state == PluginState::Disabled) out += "Not enabled: these routes answer 501.\n\n";
    out += table(plugin.contributed.routes);
  }
  return out;
}

}  // namespace bryo::kernel
