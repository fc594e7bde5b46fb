#include <bryo/plugin.h>

#include <memory>

#include "rename_xaction.h"

namespace bryo::rename_bucket {

class RenameBucketPlugin final : public Plugin {
 public:
  Status declare(Registrar& registrar) override {
    buckets_ = &registrar.counter({.name = "buckets", .help = "Buckets renamed."});
    registrar.xaction(rename_kind(), [this] { return std::make_unique<RenameXaction>(*host_, *buckets_); });
    return {};
  }

  Task<Status> start(Host& host) override {
    host_ = &host;
    co_return Status{};
  }

 private:
  Counter* buckets_ = nullptr;
  Host* host_ = nullptr;
};

}  // namespace bryo::rename_bucket

BRYO_PLUGIN(rename_bucket, bryo::rename_bucket::RenameBucketPlugin, "0.1.0", "Gives buckets other names.");
