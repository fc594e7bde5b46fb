#include "sdk/cli/workers.h"

#include <gtest/gtest.h>

#include <atomic>

namespace bryo::cli {
namespace {

TEST(Workers, EachItemOnceAndErrorsOfTheSource) {
  for (const int threads : {1, 2, 9}) {
    std::atomic<int> sum{0};
    int next_item = 0;
    const auto next = [&]() -> Result<std::optional<int>> {
      if (next_item == 1000) return std::optional<int>();
      return std::optional(++next_item);
    };
    ASSERT_TRUE(for_each_parallel<int>(threads, {}, next, [&](int item) { sum += item; }));
    EXPECT_EQ(sum, 500'500);
  }
  int calls = 0;
  const auto broken = [&]() -> Result<std::optional<int>> {
    if (++calls == 5) return Error(Errc::Io, "the list broke");
    return std::optional(1);
  };
  EXPECT_EQ(for_each_parallel<int>(3, {}, broken, [](int) {}).error().message(), "the list broke");
  EXPECT_EQ(calls, 5) << "not asked again";
}

TEST(Workers, StopEndsTheSource) {
  std::stop_source stop;
  std::atomic<int> done{0};
  const auto endless = []() -> Result<std::optional<int>> { return std::optional(1); };
  const auto status = for_each_parallel<int>(4, stop.get_token(), endless, [&](int) {
    if (++done == 100) stop.request_stop();
  });
  EXPECT_EQ(status.error().code(), Errc::Cancelled);
}

}  // namespace
}  // namespace bryo::cli
