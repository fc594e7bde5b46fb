/// The embedded meta store under the contract that the SDK has for every one.

#include <bryo/contract/meta_store_contract.h>

#include <kernel/meta/embedded_meta_store.h>
#include <tests/unit/store/fakes.h>

namespace bryo::kernel::testing {
namespace {

struct Embedded {
  TemporaryDirectory directory;
  InlinePool pool;
  MemoryLog log;

  std::unique_ptr<MetaStore> open() {
    auto opened = EmbeddedMetaStore::open(directory.path(), pool, log);
    EXPECT_TRUE(opened) << opened.error().message();
    return opened ? std::move(*opened) : nullptr;
  }
};

}  // namespace
}  // namespace bryo::kernel::testing

namespace bryo::contract {
INSTANTIATE_TYPED_TEST_SUITE_P(Embedded, MetaStoreContract, bryo::kernel::testing::Embedded);
}
