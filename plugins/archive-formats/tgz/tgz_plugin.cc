/// Registers the format TAR.GZ.

#include <bryo/archive_metrics.h>
#include <bryo/plugin.h>

#include <memory>

#include "tgz_reader.h"
#include "tgz_writer.h"

namespace bryo::tgz {

class TgzPlugin final : public Plugin {
 public:
  Status declare(Registrar& registrar) override {
    const TgzOptions options(registrar);
    const auto pool = std::make_shared<DeflatePool>();
    registrar.archive_format(
        counted({.spec = {.name = ".tgz",
                          .extensions = {".tar.gz", ".tgz"},
                          .mime_names = {"application/gzip", "application/x-gzip", "application/x-tgz"},
                          .content_type = "application/gzip",
                          .magic = {{.offset = 0, .bytes = "\x1f\x8b"}},
                          .index_version = 3},
                 .reader = std::make_shared<const TgzReader>(options, pool),
                 .make_writer = [level = options.level,
                                 pool] { return std::make_unique<TgzWriter>(static_cast<int>(*level), pool); }},
                registrar));
    return {};
  }
};

}  // namespace bryo::tgz

BRYO_PLUGIN(archive_tgz, bryo::tgz::TgzPlugin, "0.1.0", "Reads and writes .tgz and .tar.gz archives.");
