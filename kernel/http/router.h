#pragma once

/// Which handler answers a request.

#include <bryo/http.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel {

/// One word each: "read", "gateway".
[[nodiscard]] std::string_view access_name(Access access) noexcept;
[[nodiscard]] std::string_view role_name(Role role) noexcept;

/// One route in force. `handler` is already wrapped by the owner's call gate.
struct Route {
  RouteSpec spec;
  RouteHandler handler;
  std::string owner;  ///< plugin name, or "kernel"
};

/// The table of routes. Filled before the listeners open, then only read: `find` is thread-safe from then on.
///
/// A pattern is a path of fixed segments; a trailing "/*" matches one or more further characters. The longest pattern
/// that has the verb wins. Repeated slashes count as one, and a trailing slash as none, as far as the pattern's fixed
/// segments go; what '*' matches keeps its slashes, because object names may hold "//" (http-api.md section 2).
class Router {
 public:
  struct Match {
    const Route* route = nullptr;  ///< null: no route for this verb
    std::string_view rest;         ///< what '*' matched, a part of the path given
    std::string allow;             ///< without a route: verbs that the path has, sorted; empty if the path is unknown
  };

  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  /// Fails with Conflict, naming both owners, if verb and pattern are taken; InvalidArgument if the pattern is
  /// malformed, or sentence or handler are missing.
  Status add(RouteSpec spec, RouteHandler handler, std::string owner);
  /// Allocates nothing when there is a route.
  [[nodiscard]] Match find(Verb verb, std::string_view path) const;
  [[nodiscard]] const std::vector<std::unique_ptr<Route>>& routes() const noexcept { return routes_; }

 private:
  struct Node;
  std::vector<std::unique_ptr<Route>> routes_;
  std::unique_ptr<Node> root_;  ///< a tree of path segments
};

}  // namespace bryo::kernel
