/// Registers the format ZIP.

#include <bryo/archive_metrics.h>
#include <bryo/plugin.h>

#include <memory>

#include "zip_reader.h"
#include "zip_writer.h"

namespace bryo::zip {

class ZipPlugin final : public Plugin {
 public:
  Status declare(Registrar& registrar) override {
    registrar.archive_format(
        counted({.spec = {.name = ".zip",
                          .extensions = {".zip"},
                          .mime_names = {"application/zip", "application/x-zip-compressed"},
                          .content_type = "application/zip",
                          .magic = {{.offset = 0, .bytes = "PK\x03\x04"}, {.offset = 0, .bytes = "PK\x05\x06"}}},
                 .reader = std::make_shared<const ZipReader>(ZipOptions(registrar)),
                 .make_writer = [] { return std::make_unique<ZipWriter>(); }},
                registrar));
    return {};
  }
};

}  // namespace bryo::zip

BRYO_PLUGIN(archive_zip, bryo::zip::ZipPlugin, "0.1.0", "Reads and writes .zip archives.");
