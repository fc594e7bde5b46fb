#include "sqlite_store.h"

#include <bryo/contract/meta_store_contract.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace sqlite_store {
namespace {

struct TemporaryDirectory {
  std::string path = (std::filesystem::temp_directory_path() / "bryo-sqlite-XXXXXX").string();
  TemporaryDirectory() { path = ::mkdtemp(path.data()); }
  ~TemporaryDirectory() { std::filesystem::remove_all(path); }
};

TEST(SqliteStore, WhatIsNoDatabaseIsRefusedWithItsSentence) {
  const TemporaryDirectory directory;
  std::ofstream(directory.path + "/metadata.sqlite") << std::string(10'000, 'x');
  bryo::testing::InlinePool pool;
  const auto opened = SqliteStore::open(directory.path, pool);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message().find("file is not a database"), std::string::npos) << opened.error().message();
}

TEST(SqliteStore, WhereNothingCanBeMadeNamesThePath) {
  bryo::testing::InlinePool pool;
  const auto opened = SqliteStore::open("/proc/no/such/place", pool);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message(),
            "cannot open /proc/no/such/place/metadata.sqlite: SQLite says \"unable to open database file\"");
}

/// What every meta store must do, from the SDK.
struct Subject {
  TemporaryDirectory directory;
  bryo::testing::InlinePool pool;
  std::unique_ptr<bryo::MetaStore> open() {
    auto opened = SqliteStore::open(directory.path, pool);
    EXPECT_TRUE(opened) << opened.error().message();
    return opened ? *std::move(opened) : nullptr;
  }
};

}  // namespace
}  // namespace sqlite_store

namespace bryo::contract {
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, MetaStoreContract, sqlite_store::Subject);
}
