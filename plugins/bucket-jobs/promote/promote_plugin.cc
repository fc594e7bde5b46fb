#include <bryo/plugin.h>

#include <memory>
#include <optional>

#include "promote_xaction.h"

namespace bryo::promote {

class PromotePlugin final : public Plugin {
 public:
  Status declare(Registrar& registrar) override {
    settings_.emplace(registrar);
    registrar.xaction(promote_kind(), [this] { return std::make_unique<PromoteXaction>(*host_, *settings_); });
    return {};
  }

  Task<Status> start(Host& host) override {
    host_ = &host;
    co_return Status{};
  }

 private:
  std::optional<PromoteSettings> settings_;
  Host* host_ = nullptr;
};

}  // namespace bryo::promote

BRYO_PLUGIN(promote, bryo::promote::PromotePlugin, "0.1.0", "Makes objects of files that the server has.");
