#include <bryo/plugin.h>

#include <memory>
#include <optional>

#include "evict_xaction.h"
#include "prefetch_xaction.h"

namespace bryo::remote_objects {

class RemoteObjectsPlugin final : public Plugin {
 public:
  Status declare(Registrar& registrar) override {
    settings_.emplace(registrar);
    registrar.xaction(evict_kind(), [this] { return std::make_unique<EvictXaction>(*host_, *settings_); });
    registrar.xaction(prefetch_kind(), [this] { return std::make_unique<PrefetchXaction>(*host_, *settings_); });
    return {};
  }

  Task<Status> start(Host& host) override {
    host_ = &host;
    co_return Status{};
  }

 private:
  std::optional<RemoteSettings> settings_;
  Host* host_ = nullptr;
};

}  // namespace bryo::remote_objects

BRYO_PLUGIN(remote_objects, bryo::remote_objects::RemoteObjectsPlugin, "0.1.0",
            "Brings many objects of remote buckets here, and gives up the copies of many.");
