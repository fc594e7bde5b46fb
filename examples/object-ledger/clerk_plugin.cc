#include "clerk_plugin.h"

namespace ledger {

bryo::Task<bryo::Status> Audit::run(bryo::XactionContext& job) {
  BRYO_CO_TRY(ledger, ledger_.use());
  const std::string bucket = " " + job.bucket()->name().uri() + "/";
  for (const std::string& line : ledger->lines()) {
    if (job.aborted()) break;
    if (line.find(bucket) == std::string::npos) continue;
    ++lines_;
    job.stats().local_objects += 1;
  }
  co_return bryo::Status();
}

std::string Audit::extension() const { return R"({"lines":)" + std::to_string(lines_.load()) + "}"; }

bryo::Status ClerkPlugin::declare(bryo::Registrar& registrar) {
  registrar.route({.verb = bryo::Verb::Get, .pattern = "/v1/ledger", .doc = "Reads the ledger aloud."},
                  [this](bryo::Request&) { return read(); });
  registrar.xaction({.name = "audit",
                     .doc = "Counts what the ledger knows of a bucket.",
                     .scope = bryo::XactionScope::Bucket,
                     .permissions = {bryo::BucketAccess::Get, bryo::BucketAccess::ListObjects}},
                    [this] { return std::make_unique<Audit>(ledger_); });
  return {};
}

bryo::Task<bryo::Status> ClerkPlugin::start(bryo::Host& host) {
  BRYO_CO_TRY(ledger, host.service<Ledger>("ledger"));
  ledger_ = std::move(ledger);
  co_return bryo::Status();
}

/// Entered for one answer only: a drain of the ledger waits for whoever uses it.
bryo::Task<bryo::Result<bryo::Response>> ClerkPlugin::read() {
  BRYO_CO_TRY(ledger, ledger_.use());
  std::string text;
  for (const std::string& line : ledger->lines()) text += line + "\n";
  co_return bryo::Response::text(std::move(text));
}

}  // namespace ledger

namespace {
const char* const kNeeds[] = {"ledger", nullptr};
}  // namespace

BRYO_PLUGIN_NEEDS(clerk, ledger::ClerkPlugin, "0.1.0", "Reads the ledger of objects aloud.", kNeeds);
