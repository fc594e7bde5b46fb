#include <bryo/plugin.h>

#include <memory>
#include <optional>

#include "dedup_xaction.h"

namespace dedup {

class DedupPlugin final : public bryo::Plugin {
 public:
  bryo::Status declare(bryo::Registrar& registrar) override {
    options_.emplace(registrar);
    metrics_.emplace(registrar);
    // Called for every job, and only after `start`.
    registrar.xaction(dedup_kind(), [this] { return std::make_unique<DedupXaction>(*host_, *options_, *metrics_); });
    return {};
  }

  bryo::Task<bryo::Status> start(bryo::Host& host) override {
    host_ = &host;
    co_return bryo::Status{};
  }

 private:
  std::optional<DedupOptions> options_;
  std::optional<DedupMetrics> metrics_;
  bryo::Host* host_ = nullptr;
};

}  // namespace dedup

BRYO_PLUGIN(dedup, dedup::DedupPlugin, "0.1.0", "Finds objects of equal content in a bucket.");
