#include "local_source.h"

#include <gmock/gmock.h>

#include <array>

#include "batch_fixture.h"
#include "toy_format.h"

namespace bryo::moss {
namespace {

using ::testing::HasSubstr;

/// A source and the request that it answers.
class LocalSourceTest : public ::testing::Test {
 protected:
  LocalSourceTest() {
    host_.archive_store.add(tar_format());
    host_.archive_store.add(toy_format(".toy", PayloadMode::Transformed));
    host_.archive_store.add(toy_format(".tap", PayloadMode::Transformed, true));
  }

  void want(std::string_view object, std::string_view archpath = {}, ByteRange range = {}) {
    request_.entries.push_back({.object = object, .archpath = archpath, .opaque = {}, .range = range});
  }
  LocalSource source(std::uint64_t max_decoded = 1 << 20, std::uint64_t ahead = 1 << 20) {
    return {host_, request_, buckets_, decoded_, {max_decoded, ahead}};
  }
  /// The payload, or `<why>`.
  static std::string payload(LocalSource& source, std::size_t entry) {
    auto outcome = source.try_get(entry);
    if (!outcome) outcome.emplace(testing::run(source.get(entry)));
    if (outcome->encoded() != nullptr) outcome.emplace(testing::run(source.decode(entry, *outcome->encoded())));
    return shown(*outcome);
  }
  static std::string shown(const EntryOutcome& outcome) {
    if (const auto* failure = outcome.failure()) return "<" + failure->message() + ">";
    if (const auto* loaded = outcome.loaded()) return std::string(as_text(loaded->view()));
    const auto& slice = *outcome.slice();
    std::string out(slice.size, '\0');
    const auto read = slice.object->read_blocking(slice.offset, std::as_writable_bytes(std::span(out)));
    return read ? out : "<" + read.error().message() + ">";
  }

  testing::FakeHost host_;
  DecodedParts decoded_;
  BatchRequest request_;
  const std::vector<BucketPtr> buckets_ = {host_.bucket_store.add("b")};
  const Bucket& b_ = *buckets_[0];
};

TEST_F(LocalSourceTest, WhatIsNotInMemoryMustBeAwaited) {
  host_.object_store.put(b_, "warm", "warm content");
  host_.object_store.put(b_, "cold", "cold content", testing::Warmth::Cold);
  host_.object_store.put(b_, "s.tar", tar_of({{"m", "member"}}));
  want("warm");
  want("cold");
  want("s.tar", "m");
  auto source = this->source();
  EXPECT_TRUE(source.try_get(0));
  EXPECT_FALSE(source.try_get(1));
  EXPECT_FALSE(source.try_get(2));
  EXPECT_EQ(payload(source, 1), "cold content");
  EXPECT_EQ(payload(source, 2), "member");
  EXPECT_TRUE(source.try_get(2));
}

TEST_F(LocalSourceTest, WhyThereIsNone) {
  host_.object_store.put(b_, "o", "0123456789");
  host_.object_store.put(b_, "s.tar", tar_of({{"m", "member"}}));
  host_.object_store.put(b_, "cut.tar", tar_of({{"good", "good"}, {"bad", text_of(2000)}}).substr(0, 2500));
  struct Case {
    const char* object;
    const char* archpath;
    ByteRange range;
    const char* expected;
    Errc code;
    const char* tcode;
  };
  for (const Case& c : std::to_array<Case>({
           {"nope", "", {}, "<t[testt]: ais://b/nope does not exist>", Errc::NotFound, "ErrNotFound"},
           {"no.tar", "m", {}, "<t[testt]: ais://b/no.tar does not exist>", Errc::NotFound, "ErrNotFound"},
           {"s.tar", "zzz", {}, "<t[testt]: zzz in ais://b/s.tar does not exist>", Errc::NotFound, "ErrNotFound"},
           {"o", "m", {}, "<unrecognized or unsupported file format: \"o\">", Errc::InvalidArgument, ""},
           {"o",
            "",
            {5, 6},
            "<size=10: not satisfiable range [start=5,length=6]>",
            Errc::RangeNotSatisfiable,
            "ErrRangeNotSatisfiable"},
           {"s.tar",
            "m",
            {6, -1},
            "<size=6: not satisfiable range [start=6]>",
            Errc::RangeNotSatisfiable,
            "ErrRangeNotSatisfiable"},
       })) {
    request_.entries.clear();
    want(c.object, c.archpath, c.range);
    auto source = this->source();
    const auto outcome = testing::run(source.get(0));
    ASSERT_NE(outcome.failure(), nullptr) << c.expected;
    EXPECT_EQ(shown(outcome), c.expected);
    EXPECT_EQ(outcome.failure()->tcode(), c.tcode) << c.expected;
    // Once known, it is told without waiting, in the same words.
    const auto again = source.try_get(0);
    ASSERT_TRUE(again) << c.expected;
    EXPECT_EQ(shown(*again), c.expected);
  }
}

// Members behind the damage are not "missing": the client must learn that the shard is broken.
TEST_F(LocalSourceTest, MembersBeforeDamageAreGoodAndTheOthersAreNotCalledMissing) {
  host_.object_store.put(b_, "cut.tar", tar_of({{"good", "good"}, {"bad", text_of(2000)}}).substr(0, 2500));
  want("cut.tar", "good");
  want("cut.tar", "bad");
  auto source = this->source();
  EXPECT_EQ(payload(source, 0), "good");
  EXPECT_THAT(payload(source, 1), HasSubstr("unexpected EOF"));
}

TEST_F(LocalSourceTest, ShardsAreOpenedAndIndexedOnceHoweverTheirEntriesInterleave) {
  for (const char* name : {"1.tar", "2.tar"}) host_.object_store.put(b_, name, tar_of({{"m", name}, {"n", "n"}}));
  for (int i = 0; i < 10; ++i) {
    want("1.tar", "m");
    want("2.tar", "m");
    want("none.tar", "m");
    want("2.tar", "n");
  }
  auto source = this->source();
  for (std::size_t i = 0; i < request_.entries.size(); ++i) {
    const std::array<const char*, 4> expected = {"1.tar", "2.tar", "<t[testt]: ais://b/none.tar does not exist>", "n"};
    EXPECT_EQ(payload(source, i), expected[i % 4]);
  }
  EXPECT_EQ(host_.archive_store.passes(), 2u);
  EXPECT_LE(host_.object_store.opens(), 6u);  // with and without waiting, for each of three
}

TEST_F(LocalSourceTest, AShardStaysTheSameVersionForTheWholeRequest) {
  host_.object_store.put(b_, "s.tar", tar_of({{"1", "old 1"}, {"2", "old 2"}}));
  want("s.tar", "1");
  want("s.tar", "2");
  auto source = this->source();
  EXPECT_EQ(payload(source, 0), "old 1");
  host_.object_store.put(b_, "s.tar", tar_of({{"1", "new 1"}, {"2", "new 2, longer"}}));
  EXPECT_EQ(payload(source, 1), "old 2");
  host_.object_store.erase(b_, "s.tar");
  EXPECT_EQ(payload(source, 0), "old 1");
  auto next_request = this->source();
  EXPECT_THAT(payload(next_request, 0), HasSubstr("does not exist"));
}

TEST_F(LocalSourceTest, MoreShardsThanAreKeptOpen) {
  std::vector<std::string> names;
  for (int i = 0; i < 150; ++i) {
    names.push_back(std::to_string(i) + ".tar");
    host_.object_store.put(b_, names.back(), tar_of({{"m", "of " + names.back()}}));
  }
  for (int round = 0; round < 3; ++round) {
    for (const auto& name : names) want(name, "m");
  }
  auto source = this->source();
  for (std::size_t i = 0; i < request_.entries.size(); ++i) EXPECT_EQ(payload(source, i), "of " + names[i % 150]);
}

TEST_F(LocalSourceTest, DecodesWhatIsWantedOfAMember) {
  host_.object_store.put(b_, "s.toy", "m 10 0123456789\nempty 0 \n");
  struct Case {
    ByteRange range;
    const char* expected;
  };
  for (const Case& c : std::to_array<Case>({
           {{0, 0}, "0123456789"},
           {{0, 1}, "0"},
           {{0, 3}, "012"},
           {{0, 4}, "0123"},
           {{2, 1}, "2"},
           {{2, 2}, "23"},
           {{3, 3}, "345"},
           {{4, 4}, "4567"},
           {{9, 1}, "9"},
           {{3, -1}, "3456789"},
           {{9, 2}, "<size=10: not satisfiable range [start=9,length=2]>"},
       })) {
    request_.entries.clear();
    want("s.toy", "m", c.range);
    auto source = this->source();
    EXPECT_EQ(payload(source, 0), c.expected);
  }
  request_.entries.clear();
  want("s.toy", "empty");
  auto source = this->source();
  EXPECT_EQ(payload(source, 0), "");
  EXPECT_EQ(host_.memory_meter.in_use(), 0u);
}

TEST_F(LocalSourceTest, WhatCannotBeDecoded) {
  host_.object_store.put(b_, "s.toy", "m 10 0123456789\nshort 10 012345678\nbroken 7 damaged\nliar 9999999999 x\n");
  for (const char* name : {"m", "short", "broken", "liar"}) want("s.toy", name);
  auto source = this->source();
  EXPECT_EQ(payload(source, 1), "<unexpected EOF: member \"short\" is shorter than its 10 bytes>");
  EXPECT_EQ(payload(source, 2), "<flate: corrupt input>");
  EXPECT_THAT(payload(source, 3),
              HasSubstr("has 9999999999 bytes, too many to decode: raise [plugin.moss] max_decoded"));
  auto small = this->source(9);
  EXPECT_THAT(payload(small, 0), HasSubstr("too many to decode"));
  host_.memory_meter.limit = 9;
  EXPECT_EQ(payload(source, 0), "<no memory for decoded member>");
  EXPECT_EQ(host_.memory_meter.in_use(), 0u);
}

TEST_F(LocalSourceTest, MembersOfAShardAreDecodedTogether) {
  host_.object_store.put(b_, "s.toy", "a 3 aaa\nb 3 bbb\nc 3 ccc\nd 3 ddd\n");
  host_.object_store.put(b_, "t.toy", "a 3 xxx\n");
  host_.object_store.put(b_, "plain", "plain");
  want("s.toy", "d");
  want("plain");
  want("t.toy", "a");
  want("s.toy", "a");
  want("s.toy", "d");
  want("s.toy", "nope");
  want("s.toy", "d", {1, 1});
  want("s.toy", "b");
  auto source = this->source();
  const auto extractions = ToyReader::extractions();
  std::string all;
  for (std::size_t i = 0; i < 8; ++i) all += payload(source, i).substr(0, 5) + " ";
  EXPECT_EQ(all, "ddd plain xxx aaa ddd <t[te d bbb ");
  EXPECT_EQ(ToyReader::extractions() - extractions, 2u) << "one for each shard";
  EXPECT_EQ(host_.memory_meter.in_use(), 0u);
}

TEST_F(LocalSourceTest, NoMoreIsDecodedAheadThanIsAllowed) {
  host_.object_store.put(b_, "s.toy", "a 3 aaa\nb 3 bbb\nc 3 ccc\nd 3 ddd\n");
  for (const char* name : {"d", "c", "b", "a"}) want("s.toy", name);
  for (const auto& [ahead, extractions] : {std::pair(0u, 4u), {3u, 4u}, {5u, 4u}, {6u, 2u}, {100u, 1u}}) {
    auto source = this->source(1 << 20, ahead);
    const auto before = ToyReader::extractions();
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(payload(source, i).size(), 3u);
    EXPECT_EQ(ToyReader::extractions() - before, extractions) << ahead;
  }
  host_.memory_meter.limit = 7;  // for two
  auto source = this->source();
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(payload(source, i).size(), 3u);
  EXPECT_EQ(host_.memory_meter.in_use(), 0u);
}

TEST_F(LocalSourceTest, TheLimitIsOneForAllShardsHoweverTheyInterleave) {
  for (int shard = 0; shard < 20; ++shard) {
    host_.object_store.put(b_, std::to_string(shard) + ".toy", "a 3 aaa\nb 3 bbb\nc 3 ccc\n");
  }
  std::vector<std::string> names;
  for (int shard = 0; shard < 20; ++shard) names.push_back(std::to_string(shard) + ".toy");
  for (const char* member : {"c", "b", "a"}) {
    for (const std::string& name : names) want(name, member);
  }
  auto source = this->source(1 << 20, 12);
  std::string all;
  for (std::size_t i = 0; i < request_.entries.size(); ++i) all += payload(source, i)[0];
  EXPECT_EQ(all, std::string(20, 'c') + std::string(20, 'b') + std::string(20, 'a'));
  EXPECT_LE(host_.memory_meter.peak(), 12u + 3u);
  EXPECT_EQ(host_.memory_meter.in_use(), 0u);
}

TEST_F(LocalSourceTest, ADamagedMemberSpoilsNoOther) {
  host_.object_store.put(b_, "s.toy", "a 3 aaa\nbroken 7 damaged\nc 3 ccc\nshort 5 abc\ne 3 eee\n");
  for (const char* name : {"e", "c", "short", "broken", "a"}) want("s.toy", name);
  auto source = this->source();
  EXPECT_EQ(payload(source, 0), "eee");
  EXPECT_EQ(payload(source, 1), "ccc");
  EXPECT_EQ(payload(source, 2), "<unexpected EOF: member \"short\" is shorter than its 5 bytes>");
  EXPECT_EQ(payload(source, 3), "<flate: corrupt input>");
  EXPECT_EQ(payload(source, 4), "aaa");
  EXPECT_EQ(host_.memory_meter.in_use(), 0u);
}

TEST_F(LocalSourceTest, ThePassThatIndexesAShardServesWhatTheBatchWants) {
  host_.object_store.put(b_, "s.tap", "a 4 aAaA\n/b 4 bBbB\nc 4 cCcC\na 5 other\nempty 0 \n");
  host_.object_store.put(b_, "t.tap", "a 3 xxx\n");
  want("s.tap", "c");
  want("t.tap", "a");
  want("s.tap", "b", {1, 2});
  want("s.tap", "/a");
  want("s.tap", "nope");
  want("s.tap", "c", {3, -1});
  want("s.tap", "c");
  want("s.tap", "empty");
  want("s.tap", "a", {4, 1});
  auto source = this->source();
  const auto extractions = ToyReader::extractions();
  std::string all;
  for (std::size_t i = 0; i < request_.entries.size(); ++i) all += payload(source, i).substr(0, 5) + " ";
  EXPECT_EQ(all, "cCcC xxx Bb aAaA <t[te C cCcC  <size ");
  EXPECT_EQ(ToyReader::extractions(), extractions);
  EXPECT_EQ(host_.archive_store.passes(), 2u);
  EXPECT_EQ(host_.memory_meter.in_use(), 0u);
}

TEST_F(LocalSourceTest, ThePassKeepsWhatIsNeededFirst) {
  host_.object_store.put(b_, "s.tap", "a 3 aaa\nb 3 bbb\nc 3 ccc\nd 3 ddd\n");
  for (const char* name : {"d", "b", "c", "a"}) want("s.tap", name);
  auto source = this->source(1 << 20, 6);
  const auto extractions = ToyReader::extractions();
  EXPECT_EQ(payload(source, 0), "ddd");
  EXPECT_EQ(payload(source, 1), "bbb");
  EXPECT_EQ(ToyReader::extractions(), extractions);
  EXPECT_EQ(payload(source, 2), "ccc");
  EXPECT_EQ(payload(source, 3), "aaa");
  EXPECT_EQ(ToyReader::extractions(), extractions + 1);
  EXPECT_LE(host_.memory_meter.peak(), 6u);
  EXPECT_EQ(host_.memory_meter.in_use(), 0u);
}

TEST_F(LocalSourceTest, WhatThePassDidNotSeeWholeIsDecodedAgain) {
  host_.object_store.put(b_, "s.tap", "short 5 abc\nliar 9999999999 x\nbroken 7 damaged\n");
  for (const char* name : {"short", "liar", "broken"}) want("s.tap", name);
  auto source = this->source();
  EXPECT_EQ(payload(source, 0), "<unexpected EOF: member \"short\" is shorter than its 5 bytes>");
  EXPECT_THAT(payload(source, 1), HasSubstr("too many to decode"));
  EXPECT_EQ(payload(source, 2), "damaged") << "the reader did not mind when it passed by";
  EXPECT_EQ(host_.memory_meter.in_use(), 0u);
  host_.object_store.put(b_, "s.tap", "a 3 aaa\n");
  host_.memory_meter.limit = 2;
  request_.entries.clear();
  want("s.tap", "a");
  auto poor = this->source();
  EXPECT_EQ(payload(poor, 0), "<no memory for decoded member>");
}

TEST_F(LocalSourceTest, WhatWasDecodedStaysForOtherBatches) {
  host_.object_store.put(b_, "s.toy", "a 3 aaa\nb 3 bbb\nbroken 7 damaged\n");
  host_.object_store.put(b_, "s.tap", "a 4 AAAA\n");
  decoded_.set_limit(100);
  for (const char* name : {"a", "b"}) want("s.toy", name);
  want("s.tap", "a");
  want("s.toy", "broken");
  std::string all;
  std::size_t extractions = 0;
  for (int batch = 0; batch < 3; ++batch) {
    auto source = this->source();
    for (std::size_t i = 0; i < 3; ++i) all += payload(source, i);
    if (batch == 0) extractions = ToyReader::extractions();
    EXPECT_EQ(payload(source, 3), "<flate: corrupt input>");
  }
  EXPECT_EQ(all, "aaabbbAAAAaaabbbAAAAaaabbbAAAA");
  EXPECT_EQ(ToyReader::extractions(), extractions + 3) << "only what is broken is tried again";
  // Memory that nobody waits for is given to those who do.
  host_.object_store.put(b_, "t.toy", "m 90 " + std::string(90, 'm') + "\n");
  host_.memory_meter.limit = 95;
  request_.entries.clear();
  want("t.toy", "m");
  auto source = this->source();
  EXPECT_EQ(payload(source, 0), std::string(90, 'm'));
  decoded_.set_limit(0);
  EXPECT_EQ(host_.memory_meter.in_use(), 0u);
}

}  // namespace
}  // namespace bryo::moss
