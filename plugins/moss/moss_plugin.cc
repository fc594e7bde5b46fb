/// Registers get-batch: its routes, job, options and metrics.

#include <bryo/plugin.h>

#include <memory>
#include <optional>

#include "batch_handler.h"
#include "batch_service.h"
#include "moss_url.h"
#include "moss_xaction.h"

namespace bryo::moss {

class MossPlugin final : public Plugin {
 public:
  Status declare(Registrar& registrar) override {
    service_.emplace(registrar);
    handler_.emplace(*service_);
    registrar.xaction(moss_xaction_kind(), [this] { return std::make_unique<MossXaction>(*service_); });
    const RouteHandler batch = [this](Request& request) { return handler_->handle(request); };
    for (const char* pattern : {"/v1/ml/moss", "/v1/ml/moss/*"}) {
      registrar.route({.verb = Verb::Get,
                       .pattern = pattern,
                       .doc = "Reads many objects and shard members as one archive.",
                       .body_limit = MossOptions::kMaxBody.bytes,
                       .stream_body = true},
                      batch);
    }
    for (const char* pattern : {"/v1/ml", "/v1/ml/*"}) {
      registrar.route({.verb = Verb::Get, .pattern = pattern, .doc = "Names what is wrong with the URL."}, refuse);
    }
    return {};
  }

  Task<Status> start(Host& host) override {
    service_->host = &host;
    co_return Status{};
  }
  Task<void> stop() override {
    service_->decoded.set_limit(0);
    co_return;
  }

 private:
  static Task<Result<Response>> refuse(Request& request) { co_return wrong_ml_url(request); }

  std::optional<BatchService> service_;
  std::optional<BatchHandler> handler_;
};

}  // namespace bryo::moss

BRYO_PLUGIN(moss, bryo::moss::MossPlugin, "0.1.0", "Answers get-batch: many objects in one ordered archive.");
