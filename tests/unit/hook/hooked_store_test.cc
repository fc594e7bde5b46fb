#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <kernel/hook/hooked_store.h>
#include <tests/unit/store/store_fixture.h>

namespace bryo::kernel::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A store whose hooks write down what they hear, and refuse what is called "no".
class HookedStoreTest : public StoreTest {
 protected:
  void add(ObjectEvent event, HookTime time, std::string who = "h") {
    const auto hear = [this, who, time](ObjectChange change) { return heard_by(this, who, time, std::move(change)); };
    ASSERT_TRUE(hooks.add({.event = event, .time = time, .doc = "Listens."}, hear, who));
  }
  static Task<Status> heard_by(HookedStoreTest* test, std::string who, HookTime time, ObjectChange change) {
    test->heard.push_back(who + (time == HookTime::Before ? " before " : " after ") +
                          std::string(event_name(change.event)) + " " + change.object + " " +
                          std::to_string(change.attributes.size) +
                          (change.attributes.checksum_type.empty() ? "" : "+"));
    if (change.object == "no") co_return Error(Errc::Forbidden, "not that one");
    co_return Status();
  }
  void hook_up() { store = std::make_unique<HookedStore>(std::move(store), hooks, log); }

  HookRegistry hooks;
  std::vector<std::string> heard;
};

TEST_F(HookedStoreTest, EveryEventIsHeardInOrder) {
  for (const ObjectEvent event : {ObjectEvent::Put, ObjectEvent::Get, ObjectEvent::Delete, ObjectEvent::Evict}) {
    add(event, HookTime::Before);
    add(event, HookTime::After);
  }
  hook_up();
  ASSERT_TRUE(put(bucket, "a", "abc"));
  EXPECT_EQ(content(bucket, "a"), "abc");
  ASSERT_TRUE(await(store->remove(bucket, "a")));
  const BucketPtr cloud =
      std::make_shared<const BucketRecord>(BucketName{.provider = "aws", .name = "c"}, 7, StoragePolicy{});
  ASSERT_TRUE(put(cloud, "b", ""));
  ASSERT_TRUE(await(store->evict(cloud, "b")));
  EXPECT_THAT(heard, ElementsAre("h before put a 3", "h after put a 3+", "h before get a 0", "h after get a 3",
                                 "h before delete a 0", "h after delete a 0", "h before put b 0", "h after put b 0+",
                                 "h before evict b 0", "h after evict b 0"));
}

TEST_F(HookedStoreTest, ARefusalLeavesEverythingAsItWas) {
  ASSERT_TRUE(put(bucket, "no", "old"));
  for (const ObjectEvent event : {ObjectEvent::Put, ObjectEvent::Get, ObjectEvent::Delete, ObjectEvent::Evict}) {
    add(event, HookTime::Before);
    add(event, HookTime::After);
  }
  ObjectStore* files = store.get();
  hook_up();
  const auto refused = put(bucket, "no", "new");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Errc::Forbidden);
  EXPECT_EQ(content(bucket, "no"), "not that one");
  EXPECT_FALSE(await(store->remove(bucket, "no")));
  EXPECT_FALSE(await(store->evict(bucket, "no")));
  EXPECT_THAT(heard,
              ElementsAre("h before put no 3", "h before get no 0", "h before delete no 0", "h before evict no 0"));
  auto kept = await(files->open(bucket, "no"));
  ASSERT_TRUE(kept);
  EXPECT_EQ((*kept)->size(), 3u);
  EXPECT_EQ(files->list_blocking(*bucket, {})->entries.size(), 1u);
}

TEST_F(HookedStoreTest, WhatFailsAfterwardsIsLoggedAndChangesNothing) {
  add(ObjectEvent::Put, HookTime::After, "first");
  add(ObjectEvent::Put, HookTime::After, "second");
  hook_up();
  ASSERT_TRUE(put(bucket, "no", "x"));
  EXPECT_EQ(content(bucket, "no"), "x");
  EXPECT_THAT(heard, ElementsAre("first after put no 1+", "second after put no 1+"));
  EXPECT_THAT(log.text(), HasSubstr("plugin=second event=put object=ais://b/no why=not that one"));
}

TEST_F(HookedStoreTest, TheFirstRefusalEndsTheAsking) {
  add(ObjectEvent::Delete, HookTime::Before, "first");
  add(ObjectEvent::Delete, HookTime::Before, "second");
  hook_up();
  EXPECT_FALSE(await(store->remove(bucket, "no")));
  EXPECT_THAT(heard, ElementsAre("first before delete no 0"));
}

TEST_F(HookedStoreTest, WhatDidNotHappenIsNotTold) {
  add(ObjectEvent::Get, HookTime::After);
  add(ObjectEvent::Delete, HookTime::After);
  add(ObjectEvent::Put, HookTime::After);
  hook_up();
  EXPECT_THAT(content(bucket, "absent"), HasSubstr("does not exist"));
  EXPECT_FALSE(await(store->remove(bucket, "absent")));
  { auto abandoned = await(store->create(bucket, "a", {})); }
  EXPECT_FALSE(put(bucket, "a", "x", {.expected_checksum = std::pair("xxhash2", "0000000000000000")}));
  EXPECT_TRUE(heard.empty());
}

TEST_F(HookedStoreTest, ARenameIsAPutAndADelete) {
  ASSERT_TRUE(put(bucket, "a", "abc"));
  for (const ObjectEvent event : {ObjectEvent::Put, ObjectEvent::Delete}) {
    add(event, HookTime::Before);
    add(event, HookTime::After);
  }
  hook_up();
  EXPECT_THAT(await(store->rename(bucket, "absent", "b")).error().message(), HasSubstr("does not exist"));
  EXPECT_TRUE(heard.empty());
  ASSERT_TRUE(await(store->rename(bucket, "a", "b")));
  EXPECT_THAT(heard, ElementsAre("h before put b 3+", "h before delete a 0", "h after put b 3+", "h after delete a 0"));
  EXPECT_FALSE(await(store->rename(bucket, "b", "no")));
  EXPECT_EQ(content(bucket, "b"), "abc");
}

TEST_F(HookedStoreTest, OnlyReadsWithHooksGiveUpTheFastWay) {
  add(ObjectEvent::Put, HookTime::After);
  ASSERT_TRUE(put(bucket, "a", "x"));
  hook_up();
  ASSERT_TRUE(get(bucket, "a"));
  EXPECT_TRUE(store->try_open(*bucket, "a"));
  add(ObjectEvent::Get, HookTime::After);
  EXPECT_FALSE(store->try_open(*bucket, "a"));
}

TEST(HookRegistry, RefusesWhatIsIncomplete) {
  HookRegistry hooks;
  const ObjectHook nothing = [](ObjectChange) -> Task<Status> { co_return Status(); };
  EXPECT_EQ(hooks.add({.event = ObjectEvent::Evict, .doc = ""}, nothing, "p").error().message(),
            "object hook on evict of 'p' has no sentence of documentation");
  EXPECT_EQ(hooks.add({.doc = "d"}, nullptr, "p").error().message(), "object hook on put of 'p' has no function");
  EXPECT_FALSE(hooks.any());
  ASSERT_TRUE(hooks.add({.doc = "d"}, nothing, "p"));
  EXPECT_TRUE(hooks.any());
  hooks.withdraw("p");
  EXPECT_FALSE(hooks.any());
}

}  // namespace
}  // namespace bryo::kernel::testing
