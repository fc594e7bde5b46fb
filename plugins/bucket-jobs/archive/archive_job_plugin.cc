#include <bryo/plugin.h>

#include <memory>
#include <optional>

#include "archive_xaction.h"

namespace bryo::archive_job {

class ArchiveJobPlugin final : public Plugin {
 public:
  Status declare(Registrar& registrar) override {
    settings_.emplace(registrar);
    registrar.xaction(archive_kind(), [this] { return std::make_unique<ArchiveXaction>(*host_, *settings_); });
    return {};
  }

  Task<Status> start(Host& host) override {
    host_ = &host;
    co_return Status{};
  }

 private:
  std::optional<ArchiveSettings> settings_;
  Host* host_ = nullptr;
};

}  // namespace bryo::archive_job

BRYO_PLUGIN(archive_job, bryo::archive_job::ArchiveJobPlugin, "0.1.0", "Writes objects of a bucket into one archive.");
