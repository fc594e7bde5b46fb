/// TAR.LZ4 under the contract that the SDK has for every archive format.

#include <bryo/contract/archive_contract.h>

#include "tar_lz4_reader.h"
#include "tar_lz4_writer.h"

namespace bryo::tar_lz4 {
namespace {

struct TarLz4Subject {
  bryo::testing::FakeRegistrar registrar;
  ArchiveFormat format() {
    const TarLz4Options options(registrar);
    return {.spec = {.name = ".tar.lz4",
                     .extensions = {".tar.lz4"},
                     .mime_names = {"application/x-lz4"},
                     .content_type = "application/x-lz4",
                     .magic = {{.offset = 0, .bytes = "\x04\x22\x4d\x18"}}},
            .reader = std::make_shared<const TarLz4Reader>(options),
            .make_writer = [] { return std::make_unique<TarLz4Writer>(1); }};
  }
};

}  // namespace
}  // namespace bryo::tar_lz4

namespace bryo::contract {
INSTANTIATE_TYPED_TEST_SUITE_P(TarLz4, ArchiveContract, bryo::tar_lz4::TarLz4Subject);
}
