#include <bryo/plugin.h>

#include <memory>
#include <optional>

#include "delete_xaction.h"

namespace bryo::delete_objects {

class DeleteObjectsPlugin final : public Plugin {
 public:
  Status declare(Registrar& registrar) override {
    settings_.emplace(registrar);
    registrar.xaction(delete_kind(), [this] { return std::make_unique<DeleteXaction>(*host_, *settings_); });
    return {};
  }

  Task<Status> start(Host& host) override {
    host_ = &host;
    co_return Status{};
  }

 private:
  std::optional<DeleteSettings> settings_;
  Host* host_ = nullptr;
};

}  // namespace bryo::delete_objects

BRYO_PLUGIN(delete_objects, bryo::delete_objects::DeleteObjectsPlugin, "0.1.0", "Deletes many objects of a bucket.");
