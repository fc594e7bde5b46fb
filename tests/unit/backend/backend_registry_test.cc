#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <kernel/backend/backend_registry.h>
#include <tests/unit/backend/map_backend.h>

namespace bryo::kernel::testing {
namespace {

using ::testing::HasSubstr;

BackendFactory factory() {
  return [] { return std::make_unique<MapBackend>(std::make_shared<RemoteBuckets>()); };
}

std::string refusal(BackendSpec spec, BackendFactory make = factory()) {
  BackendRegistry registry;
  const auto added = registry.add(std::move(spec), std::move(make), "mine");
  return added ? "<none>" : added.error().message();
}

TEST(BackendRegistry, RefusesWhatCannotBeUsed) {
  EXPECT_EQ(refusal({.provider = "folder", .doc = "Serves a folder."}), "<none>");
  for (const char* name : {"", "a", "ais", "Folder", "9p", "with-dash", "seventeen-letters", "seventeenletterss"}) {
    EXPECT_THAT(refusal({.provider = name, .doc = "Serves."}), HasSubstr("2 to 16 lower-case letters")) << name;
  }
  EXPECT_THAT(refusal({.provider = "folder", .doc = ""}), HasSubstr("needs a sentence"));
  EXPECT_THAT(refusal({.provider = "folder", .doc = "Serves."}, nullptr), HasSubstr("has no factory"));
}

TEST(BackendRegistry, AProviderHasOneOwner) {
  BackendRegistry registry;
  ASSERT_TRUE(registry.add({.provider = "folder", .doc = "Serves."}, factory(), "mine"));
  const auto clash = registry.add({.provider = "folder", .doc = "Serves."}, factory(), "yours");
  ASSERT_FALSE(clash);
  EXPECT_EQ(clash.error().message(), "backend 'folder' of 'yours' is already provided by 'mine': enable one of them");
  registry.withdraw("mine");
  EXPECT_FALSE(registry.has("folder"));
  EXPECT_TRUE(registry.add({.provider = "folder", .doc = "Serves."}, factory(), "yours"));
}

TEST(BackendRegistry, SaysWhatIsMissing) {
  const BackendRegistry registry;
  EXPECT_EQ(registry.find("aws").error().message(), "AWS backend is missing in the cluster configuration");
  EXPECT_EQ(registry.find("azure").error().message(), "Azure backend is missing in the cluster configuration");
  EXPECT_EQ(registry.find("zzz").error().tcode(), "ErrInvalidBackendProvider");
}

TEST(BackendRegistry, MakesEachBackendOnceAndAtItsFirstUse) {
  BackendRegistry registry;
  int made = 0;
  ASSERT_TRUE(registry.add(
      {.provider = "folder", .doc = "Serves."},
      [&made] {
        ++made;
        return std::make_unique<MapBackend>(std::make_shared<RemoteBuckets>());
      },
      "mine"));
  EXPECT_EQ(made, 0);
  const auto first = registry.find("folder");
  const auto second = registry.find("folder");
  ASSERT_TRUE(first && second);
  EXPECT_EQ(*first, *second);
  EXPECT_EQ(made, 1);
}

TEST(BackendRegistry, AFactoryThatMakesNothingIsTold) {
  BackendRegistry registry;
  ASSERT_TRUE(registry.add(
      {.provider = "folder", .doc = "Serves."}, [] { return nullptr; }, "mine"));
  EXPECT_EQ(registry.find("folder").error().message(), "plugin 'mine' made no backend for \"folder\"");
}

}  // namespace
}  // namespace bryo::kernel::testing
