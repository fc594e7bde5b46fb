#include <kernel/http/router.h>

#include <array>
#include <utility>

namespace bryo::kernel {

namespace {

constexpr std::size_t kVerbs = 7;
/// In the order in which `Allow` lists them. OPTIONS is understood everywhere and not listed, as in the reference.
constexpr std::array<Verb, 6> kListed = {Verb::Delete, Verb::Get, Verb::Head, Verb::Patch, Verb::Post, Verb::Put};

constexpr std::size_t index_of(Verb verb) noexcept { return static_cast<std::size_t>(verb); }

std::string allow_of(unsigned verbs) {
  std::string out;
  for (const Verb verb : kListed) {
    if ((verbs & (1u << index_of(verb))) == 0) continue;
    if (!out.empty()) out += ", ";
    out += verb_name(verb);
  }
  return out;
}

}  // namespace

std::string_view access_name(Access access) noexcept {
  switch (access) {
    case Access::Open:
      return "open";
    case Access::Read:
      return "read";
    case Access::Write:
      return "write";
    case Access::Admin:
      return "admin";
  }
  return "admin";
}

std::string_view role_name(Role role) noexcept {
  switch (role) {
    case Role::Gateway:
      return "gateway";
    case Role::Target:
      return "target";
    case Role::Any:
      return "any";
  }
  return "any";
}

/// One path segment: its routes by verb, for the path that ends here and for all that lies below.
struct Router::Node {
  struct Routes {
    std::array<const Route*, kVerbs> by_verb{};
    unsigned verbs = 0;  ///< bit set of the verbs present
  };
  std::string segment;
  Routes here;
  Routes below;
  std::vector<std::unique_ptr<Node>> children;

  [[nodiscard]] Node* child(std::string_view name) const noexcept {
    for (const auto& node : children) {
      if (node->segment == name) return node.get();
    }
    return nullptr;
  }
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

Status Router::add(RouteSpec spec, RouteHandler handler, std::string owner) {
  const auto bad = [&](std::string_view why) {
    return Error(Errc::InvalidArgument, "route " + std::string(verb_name(spec.verb)) + " \"" + spec.pattern + "\" of " +
                                            owner + " " + std::string(why));
  };
  std::string_view pattern = spec.pattern;
  if (!pattern.starts_with('/')) return bad("must start with '/'");
  if (spec.doc.empty()) return bad("has no sentence of documentation");
  if (!handler) return bad("has no handler");
  const bool open_ended = pattern.ends_with("/*");
  if (open_ended) pattern.remove_suffix(1);
  if (pattern.find('*') != std::string_view::npos) return bad("may hold '*' only as its last segment");
  if (pattern.find("//") != std::string_view::npos) return bad("holds \"//\"");

  Node* node = root_.get();
  for (std::size_t at = 1; at < pattern.size();) {
    const auto end = std::min(pattern.find('/', at), pattern.size());
    const auto segment = pattern.substr(at, end - at);
    Node* next = node->child(segment);
    if (next == nullptr) {
      node->children.push_back(std::make_unique<Node>());
      next = node->children.back().get();
      next->segment = segment;
    }
    node = next;
    at = end + 1;
  }
  Node::Routes& slot = open_ended ? node->below : node->here;
  const Route*& place = slot.by_verb[index_of(spec.verb)];
  if (place != nullptr) {
    return Error(Errc::Conflict, "route " + std::string(verb_name(spec.verb)) + " " + spec.pattern + " of '" + owner +
                                     "'" + " is already taken by '" + place->owner + "'; give it another pattern");
  }
  slot.verbs |= 1u << index_of(spec.verb);
  routes_.push_back(std::make_unique<Route>(Route{std::move(spec), std::move(handler), std::move(owner)}));
  place = routes_.back().get();
  return {};
}

Router::Match Router::find(Verb verb, std::string_view path) const {
  Match match;
  unsigned verbs = 0;
  const Node* node = root_.get();
  for (std::size_t at = 0;;) {
    while (at < path.size() && path[at] == '/') ++at;
    const bool ends = at == path.size();
    const Node::Routes& routes = ends ? node->here : node->below;
    verbs |= routes.verbs;
    if (const Route* route = routes.by_verb[index_of(verb)]; route != nullptr) {
      match.route = route;
      match.rest = path.substr(at);
    }
    if (ends) break;
    const auto end = std::min(path.find('/', at), path.size());
    node = node->child(path.substr(at, end - at));
    if (node == nullptr) break;
    at = end;
  }
  if (match.route == nullptr && verbs != 0) match.allow = allow_of(verbs);
  return match;
}

}  // namespace bryo::kernel
