/// Registers the format TAR.LZ4.

#include <bryo/archive_metrics.h>
#include <bryo/plugin.h>

#include <memory>

#include "tar_lz4_reader.h"
#include "tar_lz4_writer.h"

namespace bryo::tar_lz4 {

class TarLz4Plugin final : public Plugin {
 public:
  Status declare(Registrar& registrar) override {
    const TarLz4Options options(registrar);
    registrar.archive_format(counted(
        {.spec = {.name = ".tar.lz4",
                  .extensions = {".tar.lz4"},
                  .mime_names = {"application/x-lz4"},
                  .content_type = "application/x-lz4",
                  .magic = {{.offset = 0, .bytes = "\x04\x22\x4d\x18"}},
                  .index_version = 2},
         .reader = std::make_shared<const TarLz4Reader>(options),
         .make_writer = [level = options.level] { return std::make_unique<TarLz4Writer>(static_cast<int>(*level)); }},
        registrar));
    return {};
  }
};

}  // namespace bryo::tar_lz4

BRYO_PLUGIN(archive_tar_lz4, bryo::tar_lz4::TarLz4Plugin, "0.1.0", "Reads and writes .tar.lz4 archives.");
