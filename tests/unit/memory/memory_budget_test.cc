#include <kernel/memory/memory_budget.h>

#include <gtest/gtest.h>

#include <random>
#include <thread>
#include <vector>

namespace bryo::kernel {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;

TEST(MemoryBudget, GivesBackWhenTheReservationEnds) {
  MemoryBudget budget(10 * kMiB);
  {
    auto held = budget.reserve(6 * kMiB, "get-batch");
    ASSERT_TRUE(held);
    EXPECT_EQ(budget.in_use(), 6 * kMiB);
    EXPECT_TRUE(budget.reserve(4 * kMiB, "get-batch"));
  }
  EXPECT_EQ(budget.in_use(), 0u);
  EXPECT_EQ(budget.peak(), 10 * kMiB);
}

TEST(MemoryBudget, RefusalSaysWhatWasAskedWhatIsUsedAndTheLimit) {
  MemoryBudget budget(2048 * kMiB);
  auto held = budget.reserve(1536 * kMiB, "get-batch");
  ASSERT_TRUE(held);
  auto refused = budget.reserve(700 * kMiB, "get-batch");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Errc::TooManyRequests);
  EXPECT_EQ(refused.error().status(), 429);
  EXPECT_EQ(refused.error().retry_after(), 1);
  EXPECT_EQ(refused.error().message(),
            "get-batch needs 700MiB of memory, but 1.5GiB of the node's 2GiB are in use; repeat later");
  EXPECT_EQ(budget.in_use(), 1536 * kMiB);
}

TEST(MemoryBudget, WhatCanNeverFitIsNotWorthRepeating) {
  MemoryBudget budget(1000);
  for (std::uint64_t bytes : {std::uint64_t{1001}, ~std::uint64_t{0}}) {
    auto refused = budget.reserve(bytes, "upload part");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), Errc::TooLarge);
    EXPECT_EQ(refused.error().retry_after(), 0);
  }
  EXPECT_EQ(budget.reserve(1001, "upload part").error().message(),
            "upload part needs 1001B of memory, more than the node's whole budget of 1000B; ask for less at once, or "
            "raise [node.memory] budget");
}

TEST(MemoryBudget, ASmallerLimitTakesNothingAway) {
  MemoryBudget budget(100);
  auto held = budget.reserve(80, "a");
  ASSERT_TRUE(held);
  budget.set_limit(50);
  EXPECT_EQ(budget.reserve(10, "b").error().code(), Errc::TooManyRequests);
  (*held).reset();
  EXPECT_TRUE(budget.reserve(10, "b"));
}

TEST(MemoryBudget, ManyThreadsNeverExceedTheLimit) {
  constexpr std::uint64_t kLimit = 1000;
  MemoryBudget budget(kLimit);
  std::atomic<std::uint64_t> really_held{0};
  std::atomic<bool> exceeded{false};
  std::atomic<std::uint64_t> granted{0};
  std::vector<std::thread> threads;
  for (unsigned seed = 1; seed <= 4; ++seed) {
    threads.emplace_back([&, seed] {
      std::minstd_rand random(seed);
      for (int i = 0; i < 5000; ++i) {
        const std::uint64_t bytes = 1 + random() % 600;
        auto held = budget.reserve(bytes, "race");
        if (!held) continue;
        granted.fetch_add(1);
        if (really_held.fetch_add(bytes) + bytes > kLimit) exceeded = true;
        really_held.fetch_sub(bytes);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_FALSE(exceeded);
  EXPECT_GT(granted.load(), 0u);
  EXPECT_EQ(budget.in_use(), 0u);
  EXPECT_LE(budget.peak(), kLimit);
}

}  // namespace
}  // namespace bryo::kernel
