#include "decoded_parts.h"

#include <gtest/gtest.h>

#include <thread>

namespace bryo::moss {
namespace {

DecodedParts::Bytes bytes_of(std::string_view text) {
  auto kept = std::make_shared<LoadedBytes::Kept>();
  kept->bytes.append(text);
  return kept;
}

DecodedParts::Key key(std::uint64_t ordinal, std::uint64_t length = 3) { return {1, ordinal, 0, length}; }

TEST(DecodedParts, WhatIsUnderWayIsWaitedForByOthers) {
  DecodedParts parts;
  const auto mine = parts.claim(key(1));
  EXPECT_FALSE(mine.bytes || mine.other);
  const auto theirs = parts.claim(key(1));
  ASSERT_TRUE(theirs.other);
  DecodedParts::Bytes seen;
  std::thread waiter([&] { seen = parts.wait(theirs.other); });
  const auto made = bytes_of("abc");
  parts.publish(key(1), made);
  waiter.join();
  EXPECT_EQ(seen, made);
  EXPECT_FALSE(parts.find(key(1))) << "nothing stays without a limit";
}

TEST(DecodedParts, AFailureIsToldAndThePartIsFreeAgain) {
  DecodedParts parts;
  (void)parts.claim(key(1));
  const auto theirs = parts.claim(key(1));
  parts.publish(key(1), nullptr);
  EXPECT_FALSE(parts.wait(theirs.other));
  const auto again = parts.claim(key(1));
  EXPECT_FALSE(again.bytes || again.other);
}

TEST(DecodedParts, TheLeastRecentlyUsedGoFirst) {
  DecodedParts parts;
  parts.set_limit(9);
  for (const std::uint64_t i : {1u, 2u, 3u}) parts.keep(key(i), bytes_of("abc"));
  EXPECT_TRUE(parts.find(key(1)));
  parts.keep(key(4), bytes_of("abc"));
  EXPECT_FALSE(parts.find(key(2)));
  EXPECT_TRUE(parts.find(key(1)) && parts.find(key(3)) && parts.find(key(4)));
  parts.keep(key(5, 10), bytes_of("larger than"));
  EXPECT_FALSE(parts.find(key(5, 10)));
  EXPECT_TRUE(parts.claim(key(4)).bytes);
  parts.set_limit(3);
  EXPECT_TRUE(parts.find(key(4)));
  EXPECT_FALSE(parts.find(key(1)));
  parts.clear();
  EXPECT_FALSE(parts.find(key(4)));
}

TEST(DecodedParts, PartsOfOtherVersionsAndRangesAreOthers) {
  DecodedParts parts;
  parts.set_limit(100);
  parts.keep({1, 1, 0, 3}, bytes_of("abc"));
  for (const DecodedParts::Key& other : {DecodedParts::Key{2, 1, 0, 3}, {1, 2, 0, 3}, {1, 1, 1, 3}, {1, 1, 0, 2}}) {
    EXPECT_FALSE(parts.find(other));
  }
}

}  // namespace
}  // namespace bryo::moss
