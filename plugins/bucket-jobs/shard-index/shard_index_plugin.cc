#include <bryo/plugin.h>

#include <memory>
#include <optional>

#include "index_after_put.h"
#include "index_xaction.h"
#include "summary_xaction.h"

namespace bryo::shard_index {

class ShardIndexPlugin final : public Plugin {
 public:
  Status declare(Registrar& registrar) override {
    settings_.emplace(registrar);
    registrar.xaction(index_kind(), [this] { return std::make_unique<IndexXaction>(*host_, *settings_); });
    registrar.xaction(summary_kind(), [this] { return std::make_unique<SummaryXaction>(*host_, *settings_); });
    registrar.object_hook(
        {.event = ObjectEvent::Put, .time = HookTime::After, .doc = "Indexes shards in buckets that ask for it."},
        [this](ObjectChange change) { return after_put_->stored(std::move(change)); });
    return {};
  }

  Task<Status> start(Host& host) override {
    host_ = &host;
    after_put_.emplace(host, *settings_);
    co_return Status{};
  }

  Task<void> stop() override {
    if (after_put_) co_await after_put_->stop();
  }

 private:
  std::optional<IndexSettings> settings_;
  std::optional<IndexAfterPut> after_put_;
  Host* host_ = nullptr;
};

}  // namespace bryo::shard_index

BRYO_PLUGIN(shard_index, bryo::shard_index::ShardIndexPlugin, "0.1.0",
            "Indexes shards by a job or when they are stored, and counts them.");
