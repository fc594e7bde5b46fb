/// TAR.GZ under the contract that the SDK has for every archive format.

#include <bryo/contract/archive_contract.h>

#include "tgz_reader.h"
#include "tgz_writer.h"

namespace bryo::tgz {
namespace {

struct TgzSubject {
  bryo::testing::FakeRegistrar registrar;
  ArchiveFormat format() {
    const TgzOptions options(registrar);
    registrar.set_option("restart_span", 64_KiB);
    return {.spec = {.name = ".tgz",
                     .extensions = {".tar.gz", ".tgz"},
                     .mime_names = {"application/gzip"},
                     .content_type = "application/gzip",
                     .magic = {{.offset = 0, .bytes = "\x1f\x8b"}}},
            .reader = std::make_shared<const TgzReader>(options),
            .make_writer = [] { return std::make_unique<TgzWriter>(1, std::make_shared<DeflatePool>()); }};
  }
};

}  // namespace
}  // namespace bryo::tgz

namespace bryo::contract {
INSTANTIATE_TYPED_TEST_SUITE_P(Tgz, ArchiveContract, bryo::tgz::TgzSubject);
}
