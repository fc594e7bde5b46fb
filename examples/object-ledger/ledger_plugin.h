#pragma once

#include <bryo/plugin.h>

#include <memory>
#include <string>

#include "pages.h"

namespace ledger {

/// Hears of everything that happens to objects, keeps those under a prefix from being changed or read, and lets other
/// plugins read what it wrote.
class LedgerPlugin final : public bryo::Plugin {
 public:
  bryo::Status declare(bryo::Registrar& registrar) override;

 private:
  std::shared_ptr<Pages> pages_;
};

}  // namespace ledger
