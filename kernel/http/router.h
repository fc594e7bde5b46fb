#pragma once

/// Which handler answers a request.

#include <bryo/http.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel {

/// One route in force. `handler` is already wrapped by the owner's call gate.
struct Route {
  RouteSpec spec;
  RouteHandler handler;
  std::string owner;  ///< plugin name, or "kernel"
};

/// The table of routes. Filled before the listeners open, then only read: `find` is thread-safe from then on.
class Router {
 public:
  struct Match {
    const Route* route = nullptr;   ///< null: no route for this verb
    std::string_view rest;          ///< what '*' matched, a part of the path given
    std::string allow;              ///< for a 405: verbs that the path has; empty if the path is unknown
  };

  /// Fails with Conflict, naming both owners, if verb and pattern are taken.
  Status add(RouteSpec spec, RouteHandler handler, std::string owner);
  [[nodiscard]] Match find(Verb verb, std::string_view path) const;
  [[nodiscard]] const std::vector<std::unique_ptr<Route>>& routes() const noexcept { return routes_; }

 private:
  std::vector<std::unique_ptr<Route>> routes_;
};

}  // namespace bryo::kernel
