#include "decode_places.h"

#include <bryo/testing.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace bryo::tar {
namespace {

const DecodePlaces::Unpack kTwice = [](BytesView packed, MutableBytes window) {
  if (2 * packed.size() != window.size()) return false;
  std::copy(packed.begin(), packed.end(), window.begin());
  std::copy(packed.begin(), packed.end(), window.begin() + static_cast<std::ptrdiff_t>(packed.size()));
  return true;
};

std::string number(std::uint64_t value, int bytes = 8) {
  std::string out;
  for (int i = 0; i < bytes; ++i, value >>= 8) out.push_back(static_cast<char>(value & 0xFF));
  return out;
}

/// Indexes on disks are read by servers to come: a change needs another `index_version` of the formats.
TEST(DecodePlaces, BytesAreTheseForever) {
  testing::MemoryMembers members;
  DecodePlaceWriter writer(members);
  ASSERT_TRUE(writer.add({.decoded = 100, .encoded = 0x123456789ABC, .own = 0x6440}, 6, as_bytes("abc")));
  writer.add({.decoded = 200, .encoded = 20, .own = 7});
  ASSERT_TRUE(writer.add({.decoded = 300, .encoded = 30}, 8, as_bytes("12345678")));
  ASSERT_TRUE(writer.finish(250, 310));
  const std::string windows =
      number(6, 4) + number(3, 4) + "abc" + std::string(5, '\0') + number(8, 4) + number(8, 4) + "12345678";
  const std::string records = number(100) + number(0x6440123456789ABC) + number(1) + number(200) +
                              number(0x0007000000000014) + number(0) + number(300) + number(30) + number(17);
  EXPECT_EQ(as_text(members.format_data()), windows + records + number(3) + number(250) + number(310));
}

TEST(DecodePlaces, AreFoundWithTheirWindows) {
  testing::MemoryMembers members;
  DecodePlaceWriter writer(members);
  for (std::uint64_t i = 1; i <= 100; ++i) {
    const DecodePlace place{.decoded = 10 * i, .encoded = i, .own = static_cast<std::uint16_t>(i * 600)};
    const std::string half(i, static_cast<char>(i));
    if (i % 3 == 0) {
      writer.add(place);
    } else {
      const std::uint64_t before = writer.size_with(half.size());
      ASSERT_TRUE(writer.add(place, i % 3 * half.size(), as_bytes(half)));
      ASSERT_GT(writer.size_with(0), before);
    }
  }
  const std::uint64_t most = writer.size_with(0);
  EXPECT_EQ(writer.count(), 100u);
  ASSERT_TRUE(writer.finish(std::nullopt, 777));
  EXPECT_LE(members.format_data().size(), most);

  const DecodePlaces places(members.format_data(), "label");
  EXPECT_FALSE(places.wrong_from());
  EXPECT_EQ(places.entries_end(), 777u);
  EXPECT_FALSE(places.find(9));
  for (std::uint64_t at = 10; at < 1'200; ++at) {
    const std::uint64_t i = std::min<std::uint64_t>(at / 10, 100);
    const auto found = places.find(at);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->decoded, 10 * i);
    EXPECT_EQ(found->encoded, i);
    EXPECT_EQ(found->own, static_cast<std::uint16_t>(i * 600));
    const auto window = places.window(*found, 200, kTwice);
    ASSERT_TRUE(window);
    EXPECT_EQ(as_text(*window), std::string(i % 3 * i, static_cast<char>(i)));
  }
}

TEST(DecodePlaces, AreThinnedOut) {
  for (const std::uint64_t count : {0u, 1u, 2u, 7u, 8u}) {
    testing::MemoryMembers members;
    DecodePlaceWriter writer(members);
    for (std::uint64_t i = 0; i < count; ++i) ASSERT_TRUE(writer.add({.decoded = i}, 1, as_bytes("x")));
    writer.thin_out();
    EXPECT_EQ(writer.count(), (count + 1) / 2);
    ASSERT_TRUE(writer.finish(std::nullopt, 0));
    const DecodePlaces places(members.format_data(), "label");
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto found = places.find(i);
      ASSERT_TRUE(found);
      EXPECT_EQ(found->decoded, i - i % 2);
      EXPECT_TRUE(places.window(*found, 1, kTwice));
    }
  }
}

TEST(DecodePlaces, DamageNamesTheArchive) {
  testing::MemoryMembers members;
  DecodePlaceWriter writer(members);
  for (std::uint64_t i = 1; i <= 3; ++i) ASSERT_TRUE(writer.add({.decoded = i}, 6, as_bytes("abc")));
  ASSERT_TRUE(writer.finish(std::nullopt, 0));
  const DecodePlaces places(members.format_data(), "ais://b/s.tgz");
  const auto first = *places.find(1);
  EXPECT_TRUE(places.window(first, 6, kTwice));
  const auto too_long = places.window(first, 5, kTwice);
  ASSERT_FALSE(too_long);
  EXPECT_EQ(too_long.error().code(), Errc::InvalidArgument);
  EXPECT_EQ(too_long.error().message(),
            "a place to begin in the index of ais://b/s.tgz is damaged; store the archive again");
  EXPECT_FALSE(places.window(first, 6, [](BytesView, MutableBytes) { return false; }));
  for (const std::uint64_t window : {std::uint64_t{2}, std::uint64_t{42}, std::uint64_t{49}, ~std::uint64_t{0}}) {
    EXPECT_FALSE(places.window({.decoded = 1, .window = window}, 6, kTwice)) << window;
  }

  const std::vector<std::byte> good(members.format_data().begin(), members.format_data().end());
  const auto use = [](BytesView data) {
    const DecodePlaces used(data, "label");
    for (std::uint64_t at = 0; at < 5; ++at) {
      if (const auto found = used.find(at)) (void)used.window(*found, 6, kTwice);
    }
  };
  for (std::size_t cut = 0; cut < good.size(); ++cut) use(BytesView(good).first(cut));
  std::minstd_rand random(8);
  for (int i = 0; i < 10'000; ++i) {
    std::vector<std::byte> bad = good;
    for (int n = 0; n < 3; ++n) bad[random() % bad.size()] = static_cast<std::byte>(random() >> 8);
    use(bad);
  }
}

}  // namespace
}  // namespace bryo::tar
