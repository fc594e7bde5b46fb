#include <gtest/gtest.h>
#include <kernel/meta/meta_store_registry.h>
#include <tests/unit/store/fakes.h>

namespace bryo::kernel::testing {
namespace {

class MetaStoreRegistryTest : public ::testing::Test {
 protected:
  static std::string text(const Status& status) { return status ? "(accepted)" : status.error().message(); }
  Status add(std::string name, MetaStoreFactory factory, std::string doc = "Keeps.", std::string owner = "p") {
    return stores.add({.name = std::move(name), .doc = std::move(doc)}, std::move(factory), owner);
  }
  std::string opening(const std::string& kind) {
    const auto made = stores.make(kind, {"/nowhere", {}, pool, clock, log});
    return made ? "(made)" : made.error().message();
  }

  MetaStoreRegistry stores;
  InlinePool pool;
  ManualClock clock;
  MemoryLog log;
};

Result<std::unique_ptr<MetaStore>> none(const MetaStorePlace&) { return std::unique_ptr<MetaStore>(); }
Result<std::unique_ptr<MetaStore>> refuse(const MetaStorePlace&) { return Error(Errc::Io, "the disk is gone"); }

TEST_F(MetaStoreRegistryTest, TheConfigurationChoosesAmongThoseThatAreThere) {
  ASSERT_TRUE(add("remembered", none));
  EXPECT_TRUE(stores.check("embedded"));
  EXPECT_TRUE(stores.check("remembered"));
  EXPECT_EQ(text(stores.check("etcd")),
            "[meta_store] kind = \"etcd\" is provided by no enabled plugin: enable the one that does in [plugins], or "
            "choose one of: embedded, remembered");
}

TEST_F(MetaStoreRegistryTest, WhatDoesNotOpenNamesItsPlugin) {
  ASSERT_TRUE(add("none", none));
  ASSERT_TRUE(add("refuse", refuse));
  EXPECT_EQ(opening("none"), "plugin 'p': its factory made no meta store");
  EXPECT_EQ(opening("refuse"), "plugin 'p': its meta store did not open: the disk is gone");
}

TEST_F(MetaStoreRegistryTest, RefusesWhatIsIncomplete) {
  EXPECT_EQ(text(add("embedded", none)),
            "meta store 'embedded' of 'p' must be named with 1 to 32 of a-z, 0-9 and '_', beginning with a letter, and "
            "not \"embedded\"");
  EXPECT_EQ(text(add("x", none, "")), "meta store 'x' of 'p' has no sentence of documentation");
  EXPECT_EQ(text(add("x", nullptr)), "meta store 'x' of 'p' has no factory");
  ASSERT_TRUE(add("x", none));
  EXPECT_EQ(text(add("x", none, "Keeps.", "q")),
            "meta store 'x' of 'q' is already provided by 'p': enable one of them");
  stores.withdraw("p");
  EXPECT_TRUE(add("x", none, "Keeps.", "q"));
}

}  // namespace
}  // namespace bryo::kernel::testing
