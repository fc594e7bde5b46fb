#include "stream_answer.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "batch_fixture.h"

namespace bryo::moss {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

class StreamAnswer : public BatchFixture {};

TEST_F(StreamAnswer, MembersInTheOrderOfTheRequestWithDuplicates) {
  const auto other = host_.bucket_store.add("other");
  host_.object_store.put(*b_, "1", "one");
  host_.object_store.put(*b_, "2", "");
  host_.object_store.put(*other, "1", "another one");
  host_.object_store.put(*b_, "s.tar", tar_of({{"x/1", "member"}, {"2", text_of(5000)}}));
  const std::vector<std::string> entries = {object("1"),
                                            member("s.tar", "2"),
                                            object("1", R"("bucket":"other")"),
                                            object("2"),
                                            member("s.tar", "x/1", R"("start":1,"length":3)"),
                                            object("1", R"("start":2,"length":-1)"),
                                            object("1")};
  const auto answered = stream(entries);
  EXPECT_THAT(answered.members(),
              ElementsAre(Pair("b/1", "one"), Pair("b/s.tar/2", text_of(5000)), Pair("other/1", "another one"),
                          Pair("b/2", ""), Pair("b/s.tar/x/1", "emb"), Pair("b/1", "e"), Pair("b/1", "one")));
  EXPECT_EQ(answered.trailer(), "");
  EXPECT_EQ(answered.headers.get("Content-Type"), "application/x-tar");
  EXPECT_EQ(answered.headers.get("Trailer"), "Bryo-Error");
  EXPECT_TRUE(answered.sink->kept.ended);
  EXPECT_THAT(stream(entries, "\"onob\":true").members()[2], Pair("1", "another one"));
  EXPECT_EQ(service_.metrics.failed.value(), 0u);
  expect_nothing_held();
}

TEST_F(StreamAnswer, ALateFailureEndsTheArchiveValidlyAndSaysWhyInTheTrailer) {
  host_.object_store.put(*b_, "1", "one");
  host_.object_store.put(*b_, "3", "three");
  const auto answered = stream({object("1"), object("no\\\"pe"), object("3")});
  EXPECT_THAT(answered.members(), ElementsAre(Pair("b/1", "one")));
  EXPECT_EQ(answered.trailer(),
            R"({"tcode":"ErrNotFound","message":"t[testt]: ais://b/no\"pe does not exist","status":404})");
  EXPECT_EQ(service_.metrics.failed.value(), 1u);
  EXPECT_THAT(host_.jobs.job.errors, ElementsAre(HasSubstr("assemble wid=\"testp-")));
  expect_nothing_held();
}

TEST_F(StreamAnswer, TheFirstEntryMayFailToo) {
  const auto answered = stream({object("nope")});
  EXPECT_THAT(answered.members(), ElementsAre());
  EXPECT_EQ(answered.bytes().size() % 512, 0u);
  EXPECT_THAT(answered.trailer(), HasSubstr("\"status\":404"));
}

TEST_F(StreamAnswer, ALateFailureTearsTheConnectionIfSoConfigured) {
  registrar_.set_option("late_failure", std::string("abort"));
  host_.object_store.put(*b_, "1", "one");
  const auto answered = stream({object("1"), object("nope")});
  ASSERT_FALSE(answered.produced);
  EXPECT_EQ(answered.produced.error().status(), 404);
  EXPECT_FALSE(answered.sink->kept.ended);
  EXPECT_EQ(answered.trailer(), "");
  EXPECT_EQ(service_.metrics.failed.value(), 1u);
}

TEST_F(StreamAnswer, WithCoerWhateverFailsIsAnEmptyMemberInItsPlace) {
  host_.object_store.put(*b_, "1", "one");
  host_.object_store.put(*b_, "s.tar", tar_of({{"m", "member"}}));
  host_.object_store.put(*b_, "bad.tar", text_of(1024));
  const auto answered =
      stream({object("nope"), object("1"), member("s.tar", "none"), member("none.tar", "m"), member("1", "m"),
              object("1", R"("start":2,"length":2)"), member("bad.tar", "m"), member("s.tar", "m"), object("nope")},
             "\"coer\":true");
  EXPECT_THAT(answered.members(),
              ElementsAre(Pair("__404__/b/nope", ""), Pair("b/1", "one"), Pair("__404__/b/s.tar/none", ""),
                          Pair("__404__/b/none.tar/m", ""), Pair("__404__/b/1/m", ""), Pair("__404__/b/1", ""),
                          Pair("__404__/b/bad.tar/m", ""), Pair("b/s.tar/m", "member"), Pair("__404__/b/nope", "")));
  EXPECT_EQ(answered.trailer(), "");
  EXPECT_EQ(service_.metrics.soft_errors.value(), 7u);
  EXPECT_EQ(service_.metrics.failed.value(), 0u);
}

TEST_F(StreamAnswer, TheLimitOfSoftErrorsIsTheLastThatPasses) {
  const auto missing = [](std::size_t n) { return std::vector<std::string>(n, object("nope")); };
  EXPECT_EQ(stream(missing(8), "\"coer\":true").trailer(), "");
  EXPECT_THAT(stream(missing(9), "\"coer\":true").trailer(),
              HasSubstr("exceeded soft-errors limit: 9 (max: 8)\",\"status\":400}"));
  registrar_.set_option("max_soft_errs", std::int64_t{0});
  EXPECT_EQ(stream(missing(8), "\"coer\":true").trailer(), "");
  EXPECT_NE(stream(missing(9), "\"coer\":true").trailer(), "");
  registrar_.set_option("max_soft_errs", std::int64_t{1});
  const auto answered = stream(missing(3), "\"coer\":true");
  EXPECT_THAT(answered.trailer(), HasSubstr("limit: 2 (max: 1)"));
  EXPECT_EQ(answered.members().size(), 1u);
}

TEST_F(StreamAnswer, OfAMemberThatCannotBeReadNothingIsInTheArchive) {
  for (const auto warmth : {testing::Warmth::Warm, testing::Warmth::Cold}) {
    host_.object_store.put(*b_, "1", "one");
    host_.object_store.put(*b_, "broken", text_of(1000), warmth)->break_at(700);
    host_.object_store.put(*b_, "3", "three");
    const std::vector<std::string> entries = {object("1"), object("broken"), object("3")};
    const auto strict = stream(entries);
    EXPECT_THAT(strict.members(), ElementsAre(Pair("b/1", "one")));
    EXPECT_THAT(strict.trailer(), HasSubstr("the disk is broken here"));
    EXPECT_THAT(stream(entries, "\"coer\":true").members(),
                ElementsAre(Pair("b/1", "one"), Pair("__404__/b/broken", ""), Pair("b/3", "three")));
  }
}

TEST_F(StreamAnswer, AMemberThatBreaksWhileItIsSentTearsTheConnection) {
  host_.object_store.put(*b_, "1", "one");
  host_.object_store.put(*b_, "broken", text_of(100'000))->break_at(70'000);
  const auto answered = stream({object("1"), object("broken"), object("1")}, "\"coer\":true");
  EXPECT_FALSE(answered.produced);
  EXPECT_FALSE(answered.sink->kept.ended);
  EXPECT_THAT(host_.jobs.job.errors, ElementsAre(HasSubstr("the disk is broken here")));
  EXPECT_EQ(service_.metrics.failed.value(), 1u);
  expect_nothing_held();
}

TEST_F(StreamAnswer, AClientThatLeavesEndsTheBatch) {
  std::vector<std::string> entries;
  for (int i = 0; i < 3000; ++i) {
    const auto name = std::to_string(i);
    host_.object_store.put(*b_, name, text_of(1000));
    entries.push_back(object(name));
  }
  auto sink = std::make_shared<WatchedSink>();
  sink->kept.gone_after = 300'000;
  const auto answered = answer(body_of(entries, "\"strm\":true"), sink);
  ASSERT_FALSE(answered.produced);
  EXPECT_EQ(answered.produced.error().code(), Errc::Cancelled);
  EXPECT_LT(host_.object_store.opens(), 2000u);
  expect_nothing_held();
}

// What is gathered in memory is bounded, however much is asked for.
TEST_F(StreamAnswer, BytesLeaveInPiecesOfBoundedSize) {
  std::vector<std::string> entries;
  host_.object_store.put(*b_, "small", text_of(4000));
  host_.object_store.put(*b_, "large", text_of(5000));
  for (int i = 0; i < 2000; ++i) entries.push_back(object(i % 100 == 99 ? "large" : "small"));
  const auto answered = stream(entries);
  EXPECT_EQ(answered.members().size(), entries.size());
  const WriteSizes sizes = {.send_from = 4096};
  const auto& writes = answered.sink->kept.writes;
  EXPECT_LE(writes.front(), sizes.first_flush + 8192);
  EXPECT_LE(*std::max_element(writes.begin(), writes.end()), WorkItem::arena_size(sizes));
  EXPECT_EQ(answered.sink->kept.objects_sent, 20u);
  EXPECT_EQ(service_.metrics.object_bytes.value(), 1980u * 4000 + 20 * 5000);
}

TEST_F(StreamAnswer, ColdEntriesComeInOrderAndAreNotWaitedForWithReadyBytesInHand) {
  std::vector<std::string> entries;
  Members expected;
  for (int i = 0; i < 200; ++i) {
    const auto name = std::to_string(i);
    const auto content = text_of(static_cast<std::size_t>(i) * 60, static_cast<char>('a' + i % 26));
    host_.object_store.put(*b_, name, content, i % 3 == 1 ? testing::Warmth::Cold : testing::Warmth::Warm);
    entries.push_back(object(name));
    expected.emplace_back("b/" + name, content);
  }
  const auto answered = stream(entries);
  EXPECT_EQ(answered.members(), expected);
  EXPECT_EQ(answered.sink->kept.writes.front(), 512u);  // entry 0, before the wait for entry 1
}

TEST_F(StreamAnswer, TheHeaderDoesNotWaitForAColdFirstEntry) {
  host_.object_store.put(*b_, "cold", "content", testing::Warmth::Cold);
  const auto answered = stream({object("cold")});
  EXPECT_THAT(answered.members(), ElementsAre(Pair("b/cold", "content")));
  EXPECT_EQ(answered.sink->kept.writes.front(), 0u);
}

class AbortedBatch : public BatchFixture {
 protected:
  /// 1000 entries of one object; the job is stopped once the first bytes have left.
  Answer stopped_batch(const std::string& content) {
    host_.object_store.put(*b_, "o", content);
    auto sink = std::make_shared<WatchedSink>();
    sink->after_write = [this] { host_.jobs.job.stopped = true; };
    return answer(body_of(std::vector<std::string>(1000, object("o")), "\"strm\":true"), sink);
  }
};

TEST_F(AbortedBatch, StopsBetweenMembersThatAreGathered) {
  const auto answered = stopped_batch(text_of(3000));
  EXPECT_THAT(answered.trailer(), HasSubstr("aborted: the job was stopped; repeat the request\",\"status\":503"));
  EXPECT_LT(answered.members().size(), 200u);
  EXPECT_EQ(service_.metrics.failed.value(), 1u);
}

TEST_F(AbortedBatch, StopsBetweenMembersThatGoFromFileToSocket) {
  const auto answered = stopped_batch(text_of(20'000));
  EXPECT_THAT(answered.trailer(), HasSubstr("aborted: the job was stopped"));
  EXPECT_LT(answered.members().size(), 200u);
}

}  // namespace
}  // namespace bryo::moss
