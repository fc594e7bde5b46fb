#pragma once

#include <bryo/plugin.h>

#include <atomic>
#include <memory>
#include <string>

#include "ledger.h"

namespace ledger {

/// Counts the lines of a bucket. Started by whoever may list and read that bucket.
class Audit final : public bryo::Xaction {
 public:
  explicit Audit(bryo::Service<Ledger> ledger) : ledger_(std::move(ledger)) {}
  bryo::Task<bryo::Status> run(bryo::XactionContext& job) override;
  [[nodiscard]] std::string extension() const override;

 private:
  const bryo::Service<Ledger> ledger_;
  std::atomic<std::size_t> lines_ = 0;
};

/// Reads the ledger aloud, at `/v1/ledger`. Needs the plugin that keeps it.
class ClerkPlugin final : public bryo::Plugin {
 public:
  bryo::Status declare(bryo::Registrar& registrar) override;
  bryo::Task<bryo::Status> start(bryo::Host& host) override;

 private:
  bryo::Task<bryo::Result<bryo::Response>> read();

  bryo::Service<Ledger> ledger_;
};

}  // namespace ledger
