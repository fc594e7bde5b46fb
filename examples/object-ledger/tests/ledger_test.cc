#include <bryo/testing.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

// Both plugins in one program: each file registers one of its own.
#include "../clerk_plugin.cc"
#include "../ledger_plugin.cc"

namespace ledger {
namespace {

using bryo::HookTime;
using bryo::ObjectEvent;
using ::testing::ElementsAre;

/// What the server would do with the hooks that a plugin declared.
class LedgerTest : public ::testing::Test {
 protected:
  LedgerTest() { EXPECT_TRUE(plugin.declare(registrar)); }
  bryo::Status tell(ObjectEvent event, HookTime time, std::string object, std::uint64_t size = 0) {
    for (const auto& [spec, hook] : registrar.hooks) {
      if (spec.event != event || spec.time != time) continue;
      bryo::ObjectChange change{.event = event, .bucket = bucket, .object = std::move(object)};
      change.attributes.size = size;
      return bryo::testing::run(hook(std::move(change)));
    }
    return bryo::Error(bryo::Errc::NotFound, "nobody hears of it");
  }
  Ledger& offered() { return *std::static_pointer_cast<Ledger>(registrar.services.at("ledger")); }

  bryo::testing::FakeRegistrar registrar;
  bryo::testing::FakeHost host;
  const bryo::BucketPtr bucket = host.bucket_store.add("b");
  LedgerPlugin plugin;
};

TEST_F(LedgerTest, WritesDownWhatHappened) {
  EXPECT_TRUE(tell(ObjectEvent::Put, HookTime::After, "o", 3));
  EXPECT_TRUE(tell(ObjectEvent::Get, HookTime::After, "o", 3));
  EXPECT_TRUE(tell(ObjectEvent::Delete, HookTime::After, "o"));
  EXPECT_TRUE(tell(ObjectEvent::Evict, HookTime::After, "p"));
  EXPECT_THAT(offered().lines(),
              ElementsAre("put ais://b/o 3", "get ais://b/o 3", "delete ais://b/o 0", "evict ais://b/p 0"));
}

TEST_F(LedgerTest, WhatIsSealedIsLeftAlone) {
  for (const auto event : {ObjectEvent::Put, ObjectEvent::Get, ObjectEvent::Delete, ObjectEvent::Evict}) {
    const auto refused = tell(event, HookTime::Before, "sealed/x");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), bryo::Errc::Forbidden);
    EXPECT_TRUE(tell(event, HookTime::Before, "open/x"));
  }
  registrar.set_option("sealed", std::string());
  EXPECT_TRUE(tell(ObjectEvent::Put, HookTime::Before, "sealed/x"));
}

TEST_F(LedgerTest, TheOldestLinesGo) {
  registrar.set_option("max_lines", std::int64_t{2});
  for (const char* object : {"a", "b", "c"}) EXPECT_TRUE(tell(ObjectEvent::Get, HookTime::After, object));
  EXPECT_THAT(offered().lines(), ElementsAre("get ais://b/b 0", "get ais://b/c 0"));
}

/// The clerk, with a ledger of the test's own.
class ClerkTest : public ::testing::Test {
 protected:
  struct Lines final : Ledger {
    [[nodiscard]] std::vector<std::string> lines() const override { return {"put ais://b/o 3", "get ais://c/o 3"}; }
  };
  ClerkTest() { EXPECT_TRUE(plugin.declare(registrar)); }
  bryo::Result<bryo::Response> read() {
    bryo::Request request;
    return bryo::testing::run(registrar.handler("/v1/ledger")(request));
  }

  bryo::testing::FakeRegistrar registrar;
  bryo::testing::FakeHost host;
  ClerkPlugin plugin;
};

TEST_F(ClerkTest, ReadsAloudWhatTheLedgerSays) {
  host.offer<Ledger>("ledger", std::make_shared<Lines>());
  ASSERT_TRUE(bryo::testing::run(plugin.start(host)));
  EXPECT_EQ(std::get<std::string>(read()->body), "put ais://b/o 3\nget ais://c/o 3\n");
  host.closed_services = true;
  EXPECT_EQ(read().error().status(), 503);
}

TEST_F(ClerkTest, DoesNotStartWithoutALedger) {
  EXPECT_FALSE(bryo::testing::run(plugin.start(host)));
  host.offer<int>("ledger", std::make_shared<int>(1));
  EXPECT_FALSE(bryo::testing::run(plugin.start(host))) << "of another type";
}

TEST_F(ClerkTest, AnAuditCountsTheLinesOfItsBucket) {
  host.offer<Ledger>("ledger", std::make_shared<Lines>());
  ASSERT_TRUE(bryo::testing::run(plugin.start(host)));
  const auto job = registrar.xactions.front().second();
  bryo::testing::MemoryJob context("job-000000001", host.bucket_store.add("b"));
  ASSERT_TRUE(bryo::testing::run(job->run(context)));
  EXPECT_EQ(job->extension(), R"({"lines":1})");
}

}  // namespace
}  // namespace ledger
