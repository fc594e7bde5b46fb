#include <gtest/gtest.h>
#include <kernel/memory/memory_budget.h>
#include <kernel/memory/plugin_memory.h>

namespace bryo::kernel {
namespace {

TEST(PluginMemory, KeepsToTheShareOfThePlugin) {
  MemoryBudget node(1000);
  PluginMemory share("moss", node, Option<Size>::fixed(Size{100}));
  auto held = share.reserve(60, "a batch");
  ASSERT_TRUE(held);
  EXPECT_EQ(node.in_use(), 60u);
  const auto refused = share.reserve(41, "a batch");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status(), 429);
  EXPECT_EQ(refused.error().message(),
            "a batch needs 41 bytes of memory, but plugin 'moss' holds 60 of the 100 that [plugin.moss] memory_budget "
            "allows; repeat later");
  held->reset();
  EXPECT_EQ(node.in_use(), 0u);
  EXPECT_TRUE(share.reserve(100, "a batch"));
  EXPECT_EQ(share.reserve(101, "a batch").error().code(), Errc::TooLarge);
}

TEST(PluginMemory, GivesBackWhatTheNodeRefused) {
  MemoryBudget node(50);
  PluginMemory share("moss", node, Option<Size>::fixed(Size{100}));
  EXPECT_FALSE(share.reserve(60, "a batch"));
  EXPECT_TRUE(share.reserve(50, "a batch"));
}

TEST(PluginMemory, WithoutALimitTheNodeAloneCounts) {
  MemoryBudget node(50);
  PluginMemory share("moss", node, Option<Size>::fixed(Size{0}));
  EXPECT_TRUE(share.reserve(50, "a batch"));
  EXPECT_FALSE(share.reserve(51, "a batch"));
}

}  // namespace
}  // namespace bryo::kernel
