#pragma once

#include <string>
#include <vector>

namespace ledger {

/// What the plugin `ledger` offers to others under the name "ledger": what happened to the objects of this node.
/// Thread-safe.
class Ledger {
 public:
  virtual ~Ledger() = default;
  /// "put ais://b/o 3", oldest first; the last `max_lines` of them.
  [[nodiscard]] virtual std::vector<std::string> lines() const = 0;
};

}  // namespace ledger
