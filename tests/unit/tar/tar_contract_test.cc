/// TAR under the contract that the SDK has for every archive format.

#include <bryo/contract/archive_contract.h>

#include "tar_reader.h"
#include "tar_writer.h"

namespace bryo::tar {
namespace {

struct Tar {
  ArchiveFormat format() {
    return {.spec = {.name = ".tar",
                     .extensions = {".tar"},
                     .mime_names = {"application/x-tar"},
                     .content_type = "application/x-tar",
                     .magic = {{.offset = 257, .bytes = "ustar"}}},
            .reader = std::make_shared<const TarReader>(),
            .make_writer = [] { return std::make_unique<TarWriter>(); }};
  }
};

}  // namespace
}  // namespace bryo::tar

namespace bryo::contract {
INSTANTIATE_TYPED_TEST_SUITE_P(Tar, ArchiveContract, bryo::tar::Tar);
}
