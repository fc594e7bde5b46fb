#pragma once

#include <string>
#include <vector>

/// What the plugin `ledger` offers to others: what happened to the objects of this node.
class Ledger {
 public:
  virtual ~Ledger() = default;
  /// "put ais://b/o 3", oldest first.
  [[nodiscard]] virtual std::vector<std::string> lines() const = 0;
};
