#include "restart_points.h"

#include "tgz_fixture.h"

namespace bryo::tgz {
namespace {

constexpr std::uint64_t kSpan = 1 << 20;

RestartPoint point_of(std::uint64_t decoded, std::string_view window) {
  const BytesView bytes = as_bytes(window);
  return {.decoded = decoded, .encoded = decoded, .bits = 3, .window = {bytes.begin(), bytes.end()}};
}

TEST(RestartPoints, AreFoundByContent) {
  testing::MemoryMembers members;
  RestartPointWriter writer(members, kSpan);
  for (std::uint64_t i = 1; i <= 50; ++i) {
    const auto next = writer.offer(point_of(i * kSpan, mixed(kWindow, static_cast<unsigned>(i))));
    ASSERT_TRUE(next);
    ASSERT_EQ(*next, (i + 1) * kSpan);
  }
  ASSERT_TRUE(writer.finish(77, 0));
  RestartPoints points(members.format_data(), "label");
  EXPECT_EQ(points.wrong_from(), 77u);
  EXPECT_FALSE(points.find(kSpan - 1));
  for (std::uint64_t i = 1; i <= 50; ++i) {
    for (const std::uint64_t at : {i * kSpan, i * kSpan + 1, (i + 1) * kSpan - 1}) {
      const auto found = points.find(at);
      ASSERT_TRUE(found);
      EXPECT_EQ(found->decoded, i * kSpan);
      const auto point = points.load(*found);
      ASSERT_TRUE(point);
      EXPECT_EQ(point->encoded, i * kSpan);
      EXPECT_EQ(point->bits, 3);
      EXPECT_EQ(as_text(point->window), mixed(kWindow, static_cast<unsigned>(i)));
    }
  }
}

TEST(RestartPoints, WindowsOfAllKindsComeBack) {
  for (const std::string& window : {std::string(), std::string("x"), std::string(kWindow, '\0'), mixed(kWindow, 1),
                                    noise(kWindow, 2), noise(17, 3)}) {
    testing::MemoryMembers members;
    RestartPointWriter writer(members, kSpan);
    ASSERT_TRUE(writer.offer(point_of(10 * kSpan, window)));
    ASSERT_TRUE(writer.finish(std::nullopt, 0));
    RestartPoints points(members.format_data(), "label");
    EXPECT_FALSE(points.wrong_from());
    const auto point = points.load(*points.find(10 * kSpan));
    ASSERT_TRUE(point);
    EXPECT_EQ(as_text(point->window), window);
  }
}

/// Whatever the archive's ratio is: windows that pack badly beside their archive lie farther apart.
TEST(RestartPoints, TakeAtMostFourPercent) {
  for (const std::uint64_t ratio : {1u, 2u, 5u, 20u, 1'000u}) {
    testing::MemoryMembers members;
    RestartPointWriter writer(members, kSpan);
    std::uint64_t kept = 0;
    for (std::uint64_t at = kSpan; at < 200 * kSpan;) {
      RestartPoint point = point_of(at, noise(kWindow, static_cast<unsigned>(at)));
      point.encoded = at / ratio;
      const auto next = writer.offer(point);
      ASSERT_TRUE(next);
      ASSERT_GT(*next, at);
      at = *next;
      ++kept;
      EXPECT_LE(members.format_data().size(), point.encoded / 25) << ratio;
    }
    EXPECT_TRUE(ratio > 100 || !members.format_data().empty());
    ASSERT_TRUE(writer.finish(std::nullopt, 0));
  }
}

TEST(RestartPoints, DamagedDataIsAnError) {
  testing::MemoryMembers members;
  RestartPointWriter writer(members, kSpan);
  for (std::uint64_t i = 1; i <= 3; ++i) ASSERT_TRUE(writer.offer(point_of(i * kSpan, mixed(kWindow, 4))));
  ASSERT_TRUE(writer.finish(std::nullopt, 0));
  const std::vector<std::byte> good(members.format_data().begin(), members.format_data().end());
  const auto use = [](BytesView data) {
    RestartPoints points(data, "label");
    for (std::uint64_t at = 0; at < 5 * kSpan; at += kSpan / 2) {
      if (const auto found = points.find(at)) (void)points.load(*found);
    }
  };
  for (std::size_t cut = 0; cut < good.size(); cut += 7) use(BytesView(good).first(cut));
  std::minstd_rand random(8);
  for (int i = 0; i < 1'000; ++i) {
    std::vector<std::byte> bad = good;
    // Most of it is windows: numbers stand at the end.
    const std::size_t from = i % 2 == 0 ? 0 : bad.size() - 100;
    for (int n = 0; n < 3; ++n) bad[from + random() % (bad.size() - from)] = static_cast<std::byte>(random() >> 8);
    use(bad);
  }
  std::vector<std::byte> bad = good;
  for (std::size_t i = 8; i < 200; ++i) bad[i] = ~bad[i];
  RestartPoints points(bad, "label");
  EXPECT_FALSE(points.load(*points.find(kSpan)));
  EXPECT_TRUE(points.load(*points.find(2 * kSpan)));
}

}  // namespace
}  // namespace bryo::tgz
