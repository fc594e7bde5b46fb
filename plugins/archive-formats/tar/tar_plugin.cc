/// Registers the format TAR.

#include <bryo/archive_metrics.h>
#include <bryo/plugin.h>

#include <memory>

#include "tar_reader.h"
#include "tar_writer.h"

namespace bryo::tar {

class TarPlugin final : public Plugin {
 public:
  Status declare(Registrar& registrar) override {
    registrar.archive_format(counted({.spec = {.name = ".tar",
                                               .extensions = {".tar"},
                                               .mime_names = {"application/x-tar"},
                                               .content_type = "application/x-tar",
                                               .magic = {{.offset = 257, .bytes = "ustar"}}},
                                      .reader = std::make_shared<const TarReader>(),
                                      .make_writer = [] { return std::make_unique<TarWriter>(); }},
                                     registrar));
    return {};
  }
};

}  // namespace bryo::tar

BRYO_PLUGIN(archive_tar, bryo::tar::TarPlugin, "0.1.0", "Reads and writes .tar archives.");
