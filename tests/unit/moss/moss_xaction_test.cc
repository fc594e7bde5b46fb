#include "moss_xaction.h"

#include <gmock/gmock.h>

#include "batch_fixture.h"

namespace bryo::moss {
namespace {

using ::testing::ElementsAre;
using ::testing::MatchesRegex;

class MossXactionTest : public BatchFixture {
 protected:
  MossXactionTest() {
    host_.object_store.put(*b_, "7", "content");
    host_.object_store.put(*b_, "0", "");
    host_.object_store.put(*b_, "s.tar", tar_of({{"m", "member"}, {"large", text_of(20'480)}}));
  }
  [[nodiscard]] std::string message() const { return MossXaction(service_).control_message(); }
  [[nodiscard]] const XactionStats& stats() const { return host_.jobs.job.counters; }
};

TEST_F(MossXactionTest, NothingToSayBeforeTheFirstBatch) { EXPECT_EQ(message(), ""); }

TEST_F(MossXactionTest, CountsWhatWasDelivered) {
  EXPECT_TRUE(stream({object("7"), object("0"), object("7", "\"start\":1,\"length\":2")}).produced);
  EXPECT_EQ(message(), "t[testt]:[reqs:1 objs:(2,9B)]");
  EXPECT_TRUE(stream({member("s.tar", "large"), member("s.tar", "m")}).produced);
  EXPECT_EQ(message(), "t[testt]:[reqs:2 objs:(2,9B) files:(2,20.01KiB)]");
  EXPECT_EQ(stats().local_objects, 5);  // here the empty one counts
  EXPECT_EQ(stats().local_bytes, 9 + 20'480 + 6);
}

TEST_F(MossXactionTest, AFailedBatchCountsWhatItDeliveredAndSaysWhyItFailed) {
  EXPECT_TRUE(stream({object("7"), object("nope"), object("7")}).produced);
  EXPECT_EQ(message(), "t[testt]:[reqs:1 errs:1 objs:(1,7B)]");
  EXPECT_EQ(stats().local_objects, 1);
  EXPECT_THAT(host_.jobs.job.errors,
              ElementsAre(MatchesRegex("assemble wid=\"testp-[A-Za-z0-9]{5}\": t\\[testt\\]: ais://b/nope does not "
                                       "exist")));
}

TEST_F(MossXactionTest, MissingEntriesAreNotDelivered) {
  EXPECT_TRUE(stream({object("nope"), object("7")}, "\"coer\":true").produced);
  EXPECT_EQ(message(), "t[testt]:[reqs:1 objs:(1,7B)]");
  EXPECT_EQ(stats().local_objects, 1);
}

TEST_F(MossXactionTest, BatchesUnderWay) {
  registrar_.set_option("max_pending", std::int64_t{5});
  EXPECT_TRUE(stream({object("7")}).produced);
  const auto running = ask(body_of({object("7")}));
  EXPECT_EQ(message(), "t[testt]:[reqs:1 objs:(1,7B)] job:[pending:(1,5)]");
  EXPECT_EQ(host_.jobs.job.users, 1u);
}

TEST_F(MossXactionTest, CountersGrowWhileALongBatchRuns) {
  host_.object_store.put(*b_, "o", text_of(3000));
  auto sink = std::make_shared<WatchedSink>();
  std::vector<std::int64_t> seen;
  sink->after_write = [&] { seen.push_back(stats().local_objects); };
  EXPECT_TRUE(answer(body_of(std::vector<std::string>(1500, object("o")), "\"strm\":true"), sink).produced);
  ASSERT_GT(seen.size(), 2u);
  EXPECT_GT(seen.back(), 0);
  EXPECT_EQ(stats().local_objects, 1500);
}

}  // namespace
}  // namespace bryo::moss
