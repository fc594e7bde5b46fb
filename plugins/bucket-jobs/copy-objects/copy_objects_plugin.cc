#include <bryo/plugin.h>

#include <memory>
#include <optional>

#include "copy_xaction.h"

namespace bryo::copy_objects {

class CopyObjectsPlugin final : public Plugin {
 public:
  Status declare(Registrar& registrar) override {
    settings_.emplace(registrar);
    registrar.xaction(copy_bucket_kind(), make(CopyScope::Bucket));
    registrar.xaction(copy_objects_kind(), make(CopyScope::Objects));
    return {};
  }

  Task<Status> start(Host& host) override {
    host_ = &host;
    co_return Status{};
  }

 private:
  XactionFactory make(CopyScope scope) {
    return [this, scope] { return std::make_unique<CopyXaction>(*host_, *settings_, scope); };
  }

  std::optional<CopySettings> settings_;
  Host* host_ = nullptr;
};

}  // namespace bryo::copy_objects

BRYO_PLUGIN(copy_objects, bryo::copy_objects::CopyObjectsPlugin, "0.1.0", "Copies buckets, and many objects of one.");
