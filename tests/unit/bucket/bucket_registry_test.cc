#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <kernel/bucket/bucket_registry.h>
#include <kernel/meta/embedded_meta_store.h>
#include <tests/unit/bucket/fragile_meta_store.h>
#include <tests/unit/store/fakes.h>

#include <functional>
#include <set>

namespace bryo::kernel::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

BucketName named(std::string name) { return {.name = std::move(name)}; }

class BucketRegistryTest : public ::testing::Test {
 protected:
  void SetUp() override { restart(); }
  /// What a start after a crash does.
  void restart() {
    store.live();
    registry.reset();
    auto opened = await(BucketRegistry::open(store, clock, settings()));
    ASSERT_TRUE(opened) << opened.error().message();
    registry = std::move(*opened);
  }
  BucketRegistry::Settings settings() {
    return {.cluster_uuid = "J8ZHwozzpL", .gateway_id = "gw", .cluster_config = [this] { return config; }};
  }
  Result<RegisteredBucketPtr> create(const std::string& name, const char* props = "null") {
    return await(registry->create(named(name), nlohmann::json::parse(props)));
  }
  std::vector<std::uint64_t> leftovers() {
    auto ids = await(registry->leftovers());
    return ids ? *ids : std::vector<std::uint64_t>{~std::uint64_t{0}};
  }
  std::vector<std::string> names() {
    std::vector<std::string> all;
    for (const auto& bucket : registry->snapshot()->sorted()) all.push_back(bucket->name().uri());
    return all;
  }

  FragileMetaStore store;
  ManualClock clock;
  std::shared_ptr<const nlohmann::json> config = std::make_shared<const nlohmann::json>(nlohmann::json::object());
  std::unique_ptr<BucketRegistry> registry;
};

TEST_F(BucketRegistryTest, CreatedBucketsSurviveARestart) {
  const auto first = create("b", R"({"checksum":{"type":"md5"}})");
  ASSERT_TRUE(first) << first.error().message();
  EXPECT_EQ((*first)->id(), 9223372036854775809U);
  EXPECT_EQ((*first)->policy().checksum_type, "md5");
  restart();
  const auto found = registry->lookup(named("b"));
  ASSERT_TRUE(found);
  EXPECT_EQ((*found)->props().json(), (*first)->props().json());
}

TEST_F(BucketRegistryTest, MissingBucketsHaveTheTextsThatClientsParse) {
  const auto missing = registry->find(named("abc"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().status(), 404);
  EXPECT_EQ(missing.error().tcode(), "ErrBckNotFound");
  EXPECT_EQ(missing.error().message(), "bucket \"ais://abc\" does not exist");
  const auto cloud = registry->find({.provider = "aws", .name = "b2"});
  ASSERT_FALSE(cloud);
  EXPECT_EQ(cloud.error().status(), 404);
  EXPECT_EQ(cloud.error().tcode(), "ErrFailedTo");
  EXPECT_EQ(cloud.error().message(),
            "p[gw]: failed to lookup bucket s3://b2, err: AWS backend is missing in the cluster configuration");
}

TEST_F(BucketRegistryTest, ASecondCreationIsAConflict) {
  ASSERT_TRUE(create("b"));
  const auto again = create("b");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().status(), 409);
  EXPECT_EQ(again.error().tcode(), "ErrBucketAlreadyExists");
  EXPECT_EQ(again.error().message(), "bucket \"ais://b\" already exists");
}

TEST_F(BucketRegistryTest, TwoCreationsAtOnceMakeOneBucket) {
  store.before_write = [this] { ASSERT_TRUE(create("b")); };
  const auto second = create("b");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().status(), 409);
  EXPECT_THAT(names(), ElementsAre("ais://b"));
}

TEST_F(BucketRegistryTest, BadPropertiesCreateNothing) {
  const auto refused = create("b", R"({"bogus":1})");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status(), 400);
  EXPECT_THAT(names(), IsEmpty());
  EXPECT_EQ(registry->snapshot()->version(), 0U);
}

TEST_F(BucketRegistryTest, NamespacesAndProvidersAreApart) {
  ASSERT_TRUE(create("b"));
  ASSERT_TRUE(await(registry->create({.ns_name = "nsx", .name = "b"}, nullptr)));
  EXPECT_THAT(names(), ElementsAre("ais://b", "ais://#nsx/b"));
  EXPECT_FALSE(await(registry->create({.provider = "aws", .name = "b"}, nullptr)));
  restart();
  EXPECT_THAT(names(), ElementsAre("ais://b", "ais://#nsx/b"));
}

TEST_F(BucketRegistryTest, IdsAreNeverGivenOutTwice) {
  std::set<std::uint64_t> ids;
  for (int round = 0; round < 5; ++round) {
    const auto bucket = create("b");
    ASSERT_TRUE(bucket);
    EXPECT_TRUE(ids.insert((*bucket)->id()).second);
    const auto destroyed = await(registry->destroy(named("b")));
    ASSERT_TRUE(destroyed);
    EXPECT_EQ(*destroyed, (*bucket)->id());
    restart();
  }
}

TEST_F(BucketRegistryTest, DestroyedIdsStayNotedUntilTheStoreDroppedThem) {
  const auto bucket = create("b");
  ASSERT_TRUE(bucket);
  ASSERT_TRUE(await(registry->destroy(named("b"))));
  EXPECT_FALSE(registry->find(named("b")));
  restart();
  EXPECT_THAT(leftovers(), ElementsAre((*bucket)->id()));
  ASSERT_TRUE(await(registry->forget((*bucket)->id())));
  restart();
  EXPECT_THAT(leftovers(), IsEmpty());
}

TEST_F(BucketRegistryTest, DestroyingAMissingBucketIsNotFound) {
  const auto destroyed = await(registry->destroy(named("b")));
  ASSERT_FALSE(destroyed);
  EXPECT_EQ(destroyed.error().status(), 404);
}

TEST_F(BucketRegistryTest, PropertiesChangeAndReset) {
  ASSERT_TRUE(create("b"));
  const auto before = registry->snapshot()->version();
  const auto changed = await(registry->set_props(named("b"), nlohmann::json::parse(R"({"access":"1"})")));
  ASSERT_TRUE(changed);
  EXPECT_GT(registry->snapshot()->version(), before);
  EXPECT_EQ((*registry->lookup(named("b")))->props().access(), 1U);
  EXPECT_FALSE((*registry->lookup(named("b")))->allows(BucketAccess::Put));
  restart();
  EXPECT_EQ((*registry->lookup(named("b")))->props().access(), 1U);
  config = std::make_shared<const nlohmann::json>(nlohmann::json::parse(R"({"checksum":{"type":"crc32c"}})"));
  ASSERT_TRUE(await(registry->reset_props(named("b"))));
  EXPECT_EQ((*registry->lookup(named("b")))->props().access(), BucketProps::kAllAccess);
  EXPECT_EQ((*registry->lookup(named("b")))->policy().checksum_type, "crc32c");
}

TEST_F(BucketRegistryTest, ConcurrentChangesOfPropertiesAllCount) {
  ASSERT_TRUE(create("b"));
  store.before_write = [this] {
    ASSERT_TRUE(await(registry->set_props(named("b"), nlohmann::json::parse(R"({"features":"16"})"))));
  };
  ASSERT_TRUE(await(registry->set_props(named("b"), nlohmann::json::parse(R"({"access":"3"})"))));
  const auto props = (*registry->lookup(named("b")))->props();
  EXPECT_EQ(props.access(), 3U);
  EXPECT_EQ(props.features(), 16U);
}

// Kill the node after each single write of a small history: what was acknowledged must be there, what was not may be,
// and no id may come twice.
TEST_F(BucketRegistryTest, ACrashAtAnyWriteLosesNothingAcknowledged) {
  for (int writes = 0; writes < 12; ++writes) {
    store = FragileMetaStore();
    restart();
    store.die_after(writes);
    std::set<std::uint64_t> given;
    const auto a = create("a");
    if (a) given.insert((*a)->id());
    const auto b = create("b");
    if (b) given.insert((*b)->id());
    const auto changed = await(registry->set_props(named("b"), nlohmann::json::parse(R"({"access":"1"})")));
    const auto destroyed = await(registry->destroy(named("a")));

    restart();
    EXPECT_EQ(static_cast<bool>(registry->find(named("b"))), static_cast<bool>(b)) << writes;
    if (changed) {
      EXPECT_EQ((*registry->lookup(named("b")))->props().access(), 1U) << writes;
    }
    if (a && !destroyed) {
      EXPECT_TRUE(registry->find(named("a"))) << writes;
    }
    if (destroyed) {
      EXPECT_FALSE(registry->find(named("a"))) << writes;
      EXPECT_THAT(leftovers(), ElementsAre(*destroyed)) << writes;
    } else {
      EXPECT_THAT(leftovers(), IsEmpty()) << writes;  // nothing of a living bucket may be dropped
    }
    const auto next = create("next");
    ASSERT_TRUE(next) << writes;
    EXPECT_TRUE(given.insert((*next)->id()).second) << writes;
  }
}

TEST_F(BucketRegistryTest, ACopyOfPropertiesHasItsOwnIdentity) {
  const auto model = create("model", R"({"checksum":{"type":"md5"},"versioning":{"enabled":false}})");
  ASSERT_TRUE(model);
  clock.now_ns += 5;
  const auto made = await(registry->create_like(named("copy"), *model));
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_NE((*made)->id(), (*model)->id());
  restart();
  const auto copy = registry->lookup(named("copy"));
  ASSERT_TRUE(copy);
  EXPECT_EQ((*copy)->policy().checksum_type, "md5");
  EXPECT_FALSE((*copy)->policy().versioning);
  EXPECT_NE((*copy)->props().tree()["created"], (*model)->props().tree()["created"]);

  const auto again = await(registry->create_like(named("copy"), *model));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().message(), "bucket \"ais://copy\" already exists");
  EXPECT_FALSE(await(registry->create_like(named("no/name"), *model)));
  EXPECT_FALSE(await(registry->create_like({.provider = "aws", .name = "cloud"}, *model)));
}

TEST_F(BucketRegistryTest, ARenamedBucketIsTheSameBucket) {
  const auto old = create("old", R"({"checksum":{"type":"md5"}})");
  ASSERT_TRUE(create("other"));
  ASSERT_TRUE(old);
  const auto taken = await(registry->rename(*old, named("other")));
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().message(), "bucket \"ais://other\" already exists");
  EXPECT_FALSE(await(registry->rename(*old, named("no/name"))));
  EXPECT_FALSE(await(registry->rename(*old, {.provider = "aws", .name = "cloud"})));

  const auto renamed = await(registry->rename(*old, named("new")));
  ASSERT_TRUE(renamed) << renamed.error().message();
  EXPECT_EQ((*renamed)->id(), (*old)->id());
  EXPECT_THAT(names(), ElementsAre("ais://new", "ais://other"));
  const auto gone = await(registry->rename(*old, named("newer")));
  ASSERT_FALSE(gone) << "whoever holds the old name";
  EXPECT_EQ(gone.error().code(), Errc::NotFound);
  ASSERT_TRUE(create("old")) << "the name is free again";
  restart();
  EXPECT_THAT(names(), ElementsAre("ais://new", "ais://old", "ais://other"));
  EXPECT_EQ((*registry->lookup(named("new")))->policy().checksum_type, "md5");
  EXPECT_THAT(leftovers(), IsEmpty());
}

TEST_F(BucketRegistryTest, ACrashAtAnyWriteOfARenameLeavesOneName) {
  for (int writes = 0; writes < 6; ++writes) {
    store = FragileMetaStore();
    restart();
    const auto old = create("old");
    ASSERT_TRUE(old);
    store.die_after(writes);
    const auto renamed = await(registry->rename(*old, named("new")));
    restart();
    ASSERT_EQ(names().size(), 1U) << writes;
    EXPECT_EQ(registry->snapshot()->sorted().front()->id(), (*old)->id()) << writes;
    if (renamed) {
      EXPECT_THAT(names(), ElementsAre("ais://new")) << writes;
    }
    if (writes == 0) {
      EXPECT_THAT(names(), ElementsAre("ais://old"));
    }
    EXPECT_THAT(leftovers(), IsEmpty()) << writes;
  }
}

TEST_F(BucketRegistryTest, AChangeBeforeAnyWriteOfARenameIsNotLost) {
  for (int at = 0; at < 4; ++at) {
    const auto old = create("old" + std::to_string(at));
    ASSERT_TRUE(old);
    int writes = 0;
    bool changed = false;
    const std::function<void()> before = [&] {
      if (writes++ < at) {
        store.before_write = before;
        return;
      }
      changed =
          static_cast<bool>(await(registry->set_props((*old)->name(), nlohmann::json::parse(R"({"access":"1"})"))));
    };
    store.before_write = before;
    const auto to = named("new" + std::to_string(at));
    const auto renamed = await(registry->rename(*old, to));
    ASSERT_TRUE(renamed) << renamed.error().message();
    EXPECT_EQ(changed, at < 3) << "before the last write the new name is known already";
    EXPECT_EQ((*registry->lookup(to))->props().access() == 1, changed) << at;
    EXPECT_FALSE(registry->find((*old)->name()));
  }
}

TEST_F(BucketRegistryTest, ADamagedKeyStopsTheStart) {
  ASSERT_TRUE(create("b"));
  store.damage("bucket/ais/@#/b/");
  const auto opened = await(BucketRegistry::open(store, clock, settings()));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message(), "meta store key \"bucket/ais/@#/b/\" is damaged");
}

TEST_F(BucketRegistryTest, BmdIsTheDocumentOfTheWire) {
  ASSERT_TRUE(create("b"));
  ASSERT_TRUE(await(registry->create({.ns_name = "nsx", .name = "n"}, nullptr)));
  const auto bmd = nlohmann::json::parse(registry->bmd_json());
  EXPECT_EQ(bmd["uuid"], "J8ZHwozzpL");
  EXPECT_EQ(bmd["version"], "2");
  EXPECT_EQ(bmd["providers"]["ais"]["@#"]["b"]["bid"], "9223372036854775809");
  EXPECT_EQ(bmd["providers"]["ais"]["@#nsx"]["n"]["bid"], "9223372036854775810");
}

TEST(BucketRegistryOnDisk, SurvivesARestartOfTheEmbeddedStore) {
  const TemporaryDirectory directory;
  InlinePool pool;
  ManualClock clock;
  MemoryLog log;
  const BucketRegistry::Settings settings{.cluster_uuid = "u", .gateway_id = "gw", .cluster_config = [] {
                                            return std::make_shared<const nlohmann::json>(nlohmann::json::object());
                                          }};
  std::string props;
  {
    auto store = EmbeddedMetaStore::open(directory.path(), pool, log);
    ASSERT_TRUE(store);
    auto registry = await(BucketRegistry::open(**store, clock, settings));
    ASSERT_TRUE(registry);
    auto bucket = await((*registry)->create(named("b"), nullptr));
    ASSERT_TRUE(bucket);
    props = (*bucket)->props().json();
  }
  auto store = EmbeddedMetaStore::open(directory.path(), pool, log);
  ASSERT_TRUE(store);
  auto registry = await(BucketRegistry::open(**store, clock, settings));
  ASSERT_TRUE(registry);
  const auto bucket = (*registry)->lookup(named("b"));
  ASSERT_TRUE(bucket);
  EXPECT_EQ((*bucket)->props().json(), props);
}

}  // namespace
}  // namespace bryo::kernel::testing
