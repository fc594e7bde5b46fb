#include <bryo/archive_metrics.h>
#include <bryo/plugin.h>

#include "tar_zst_format.h"

namespace tar_zst {

class TarZstPlugin final : public bryo::Plugin {
 public:
  bryo::Status declare(bryo::Registrar& registrar) override {
    registrar.archive_format(bryo::counted(make_format(TarZstOptions(registrar)), registrar));
    return {};
  }
};

}  // namespace tar_zst

BRYO_PLUGIN(archive_tar_zst, tar_zst::TarZstPlugin, "0.1.0", "Reads and writes .tar.zst archives.");
