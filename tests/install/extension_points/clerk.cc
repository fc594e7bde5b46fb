// Uses the service of another plugin, and has a job with permissions and a snapshot of its own.
#include "ledger.h"

#include <bryo/plugin.h>

#include <atomic>
#include <memory>

namespace {

const char* const kNeeds[] = {"ledger", nullptr};

class Audit final : public bryo::Xaction {
 public:
  explicit Audit(bryo::Service<Ledger> ledger) : ledger_(std::move(ledger)) {}
  bryo::Task<bryo::Status> run(bryo::XactionContext&) override {
    BRYO_CO_TRY(ledger, ledger_.use());
    lines_ = ledger->lines().size();
    co_return bryo::Status();
  }
  [[nodiscard]] std::string extension() const override { return R"({"lines":)" + std::to_string(lines_.load()) + "}"; }

 private:
  const bryo::Service<Ledger> ledger_;
  std::atomic<std::size_t> lines_ = 0;
};

class ClerkPlugin final : public bryo::Plugin {
 public:
  bryo::Status declare(bryo::Registrar& registrar) override {
    registrar.route({.verb = bryo::Verb::Get, .pattern = "/v1/clerk", .doc = "Reads the ledger aloud."},
                    [this](bryo::Request&) { return read(); });
    registrar.xaction({.name = "audit",
                       .doc = "Counts the lines of the ledger.",
                       .permissions = {bryo::BucketAccess::Get, bryo::BucketAccess::ListObjects}},
                      [this] { return std::make_unique<Audit>(ledger_); });
    return {};
  }
  bryo::Task<bryo::Status> start(bryo::Host& host) override {
    BRYO_CO_TRY(ledger, host.service<Ledger>("ledger"));
    ledger_ = ledger;
    co_return bryo::Status();
  }

 private:
  bryo::Task<bryo::Result<bryo::Response>> read() {
    BRYO_CO_TRY(ledger, ledger_.use());
    std::string text;
    for (const std::string& line : ledger->lines()) text += line + "\n";
    co_return bryo::Response::text(std::move(text));
  }

  bryo::Service<Ledger> ledger_;
};

}  // namespace

BRYO_PLUGIN_NEEDS(clerk, ClerkPlugin, "1.0", "Reads the ledger.", kNeeds);
