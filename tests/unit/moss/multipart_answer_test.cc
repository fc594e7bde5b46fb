#include "multipart_answer.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "batch_fixture.h"
#include "toy_format.h"

namespace bryo::moss {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

/// The two parts of a buffered answer; `wrong` says what is not as section 4.2 wants it.
struct Parts {
  std::string metadata, archive, wrong;
};

Parts parts_of(const std::string& body, std::string_view content_type) {
  constexpr std::string_view kType = "multipart/mixed; boundary=";
  if (!content_type.starts_with(kType)) return {.metadata = {}, .archive = {}, .wrong = std::string(content_type)};
  const std::string boundary(content_type.substr(kType.size()));
  const auto first = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n";
  const auto second = "\n\r\n--" + boundary +
                      "\r\nContent-Disposition: form-data; name=\"archive\"; filename=\"get-batch[gbt-Ab3dEf9hI]\"\r\n"
                      "Content-Type: application/octet-stream\r\n\r\n";
  const auto last = "\r\n--" + boundary + "--\r\n";
  const auto middle = body.find(second);
  if (boundary.size() != 60 || !body.starts_with(first) || middle == std::string::npos || !body.ends_with(last)) {
    return {.metadata = {}, .archive = {}, .wrong = body.substr(0, 500)};
  }
  const auto archive = middle + second.size();
  return {.metadata = body.substr(first.size(), middle - first.size()),
          .archive = body.substr(archive, body.size() - archive - last.size()),
          .wrong = {}};
}

class MultipartAnswerTest : public BatchFixture {
 protected:
  struct Buffered {
    std::string why_refused;
    Parts parts;
    Status produced;
    [[nodiscard]] Members members() const {
      if (!why_refused.empty()) return {{"<" + why_refused + ">", ""}};
      if (!produced) return {{"<torn: " + produced.error().message() + ">", ""}};
      return parts.wrong.empty() ? members_of(parts.archive) : Members{{"<" + parts.wrong + ">", ""}};
    }
  };
  /// `between` runs when the sizes are known and nothing has been sent.
  Buffered buffered(
      const std::vector<std::string>& entries, const std::string& flags = "",
      const std::function<void()>& between = [] {}) {
    Buffered out;
    sink_ = {};
    const auto response = ask(body_of(entries, flags));
    if (!response) {
      out.why_refused = std::to_string(response.error().status()) + " " + response.error().message();
      return out;
    }
    between();
    out.produced = produce(*response, sink_);
    out.parts = parts_of(sink_.bytes, *response->headers.get("Content-Type"));
    return out;
  }

  testing::MemorySink sink_;
};

TEST_F(MultipartAnswerTest, MetadataAndArchive) {
  host_.bucket_store.add(BucketName{.provider = "aws", .name = "cloud"});
  const auto cloud = host_.bucket_store.find(BucketName{.provider = "aws", .name = "cloud"}).value();
  host_.object_store.put(*b_, "a\\\"1", "one");
  host_.object_store.put(*cloud, "c", "cloudy");
  host_.object_store.put(*b_, "s.tar", tar_of({{"m", "member"}}));
  const auto answered =
      buffered({"\"objname\":\"a\\\\\\\"1\",\"opaque\":\"-_8BeA\"", object("c", R"("bucket":"cloud","provider":"s3")"),
                object("nope"), member("s.tar", "m", R"("start":2,"length":3)"), member("s.tar", "none")},
               "\"coer\":true");
  ASSERT_EQ(answered.parts.wrong, "");
  EXPECT_EQ(
      answered.parts.metadata,
      R"({"uuid":"gbt-Ab3dEf9hI","out":[)"
      R"({"objname":"a\\\"1","bucket":"b","provider":"ais","opaque":"+/8BeA==","size":3},)"
      R"({"objname":"c","bucket":"cloud","provider":"aws","size":6},)"
      R"({"objname":"nope","bucket":"b","provider":"ais","err_msg":"t[testt]: ais://b/nope does not exist","size":0},)"
      R"({"objname":"s.tar","archpath":"m","bucket":"b","provider":"ais","size":3},)"
      R"({"objname":"s.tar","archpath":"none","bucket":"b","provider":"ais",)"
      R"("err_msg":"t[testt]: none in ais://b/s.tar does not exist","size":0}]})");
  EXPECT_THAT(answered.members(),
              ElementsAre(Pair("b/a\\\"1", "one"), Pair("cloud/c", "cloudy"), Pair("__404__/b/nope", ""),
                          Pair("b/s.tar/m", "mbe"), Pair("__404__/b/s.tar/none", "")));
  EXPECT_EQ(service_.metrics.failed.value(), 0u);
  expect_nothing_held();
}

TEST_F(MultipartAnswerTest, AFailureIsTheStatusAndNothingElse) {
  host_.object_store.put(*b_, "1", "one");
  EXPECT_EQ(buffered({object("1"), object("nope")}).why_refused, "404 t[testt]: ais://b/nope does not exist");
  EXPECT_EQ(buffered({object("1", R"("start":2,"length":2)")}).why_refused,
            "400 size=3: not satisfiable range [start=2,length=2]");
  EXPECT_THAT(buffered(std::vector<std::string>(9, object("nope")), "\"coer\":true").why_refused,
              HasSubstr("exceeded soft-errors limit: 9 (max: 8)"));
  EXPECT_EQ(service_.metrics.failed.value(), 3u);
  EXPECT_EQ(service_.metrics.batches.value(), 3u);
  EXPECT_EQ(host_.jobs.job.errors.size(), 3u);
  expect_nothing_held();
}

TEST_F(MultipartAnswerTest, SizesAreFoundWithoutReading) {
  const auto cold = host_.object_store.put(*b_, "cold", text_of(3000), testing::Warmth::Cold);
  const auto warm = host_.object_store.put(*b_, "warm", text_of(3000));
  const auto answered = buffered({object("cold"), object("warm")}, "", [&] {
    EXPECT_EQ(cold->reads(), 0u);
    EXPECT_EQ(warm->reads(), 0u);
  });
  EXPECT_THAT(answered.members(), ElementsAre(Pair("b/cold", text_of(3000)), Pair("b/warm", text_of(3000))));
}

TEST_F(MultipartAnswerTest, ObjectsThatAreKeptOpenCannotChange) {
  host_.object_store.put(*b_, "1", "old");
  host_.object_store.put(*b_, "2", "gone");
  host_.object_store.put(*b_, "s.tar", tar_of({{"m", "old member"}}));
  const auto answered = buffered({object("1"), object("2"), member("s.tar", "m")}, "", [&] {
    host_.object_store.put(*b_, "1", "new and longer");
    host_.object_store.erase(*b_, "2");
    host_.object_store.put(*b_, "s.tar", tar_of({{"n", ""}}));
  });
  EXPECT_THAT(answered.members(),
              ElementsAre(Pair("b/1", "old"), Pair("b/2", "gone"), Pair("b/s.tar/m", "old member")));
}

class NothingKeptOpen : public MultipartAnswerTest {
 protected:
  NothingKeptOpen() {
    registrar_.set_option("kept_open", std::int64_t{0});
    host_.object_store.put(*b_, "1", "one");
    host_.object_store.put(*b_, "2", "two");
  }
};

TEST_F(NothingKeptOpen, AnotherVersionOfTheSameSizeIsAsGood) {
  const auto answered = buffered({object("1"), object("2")}, "", [&] { host_.object_store.put(*b_, "2", "TWO"); });
  EXPECT_THAT(answered.members(), ElementsAre(Pair("b/1", "one"), Pair("b/2", "TWO")));
}

// The size was promised in the metadata: no `__404__` can take it back, with `coer` or without.
TEST_F(NothingKeptOpen, APromisedSizeThatCannotBeKeptTearsTheAnswer) {
  for (const char* flags : {"", "\"coer\":true"}) {
    host_.object_store.put(*b_, "2", "two");
    const auto overwritten =
        buffered({object("1"), object("2")}, flags, [&] { host_.object_store.put(*b_, "2", "longer"); });
    EXPECT_THAT(overwritten.members(), ElementsAre(Pair("<torn: object \"2\" was overwritten while its batch was sent: "
                                                        "it had 3 bytes, now 6>",
                                                        "")));
    EXPECT_FALSE(sink_.ended);
    const auto erased = buffered({object("1"), object("2")}, flags, [&] { host_.object_store.erase(*b_, "2"); });
    EXPECT_FALSE(erased.produced);
    EXPECT_FALSE(sink_.ended);
  }
  EXPECT_EQ(service_.metrics.failed.value(), 4u);
  expect_nothing_held();
}

TEST_F(NothingKeptOpen, WhatWasMissingStaysMissing) {
  const auto answered = buffered({object("1"), object("late"), object("2")}, "\"coer\":true",
                                 [&] { host_.object_store.put(*b_, "late", "too late"); });
  EXPECT_THAT(answered.members(), ElementsAre(Pair("b/1", "one"), Pair("__404__/b/late", ""), Pair("b/2", "two")));
  EXPECT_THAT(answered.parts.metadata, HasSubstr("\"err_msg\":\"t[testt]: ais://b/late does not exist\",\"size\":0"));
  EXPECT_EQ(service_.metrics.soft_errors.value(), 1u);
}

TEST_F(MultipartAnswerTest, ReadingThatFailsLaterTearsTheAnswer) {
  host_.object_store.put(*b_, "1", text_of(100))->break_at(50);
  const auto answered = buffered({object("1")}, "\"coer\":true");
  EXPECT_THAT(answered.members(), ElementsAre(Pair("<torn: the disk is broken here>", "")));
  EXPECT_FALSE(sink_.ended);
}

TEST_F(MultipartAnswerTest, BatchesShareTheAllowanceOfOpenObjects) {
  registrar_.set_option("kept_open", std::int64_t{3});
  host_.object_store.put(*b_, "1", "one");
  const std::vector<std::string> two(2, object("1"));
  {
    const auto first = ask(body_of(two));
    EXPECT_EQ(service_.kept_open.taken(), 2);
    const auto second = ask(body_of(two));
    EXPECT_EQ(service_.kept_open.taken(), 3);
    const auto third = ask(body_of(two));
    EXPECT_EQ(service_.kept_open.taken(), 3);
    testing::MemorySink sink;
    EXPECT_TRUE(third && produce(*third, sink));
  }
  expect_nothing_held();
}

TEST_F(MultipartAnswerTest, MembersThatMustBeDecoded) {
  host_.archive_store.add(toy_format(".toy", PayloadMode::Transformed));
  host_.object_store.put(*b_, "s.toy", "m 10 0123456789\nshort 10 012\n");
  const auto answered = buffered({member("s.toy", "m"), member("s.toy", "m", R"("start":4,"length":3)")});
  EXPECT_THAT(answered.members(), ElementsAre(Pair("b/s.toy/m", "0123456789"), Pair("b/s.toy/m", "456")));
  EXPECT_THAT(answered.parts.metadata,
              HasSubstr("\"archpath\":\"m\",\"bucket\":\"b\",\"provider\":\"ais\",\"size\":3}"));
  EXPECT_THAT(buffered({member("s.toy", "short")}, "\"coer\":true").members()[0].first,
              HasSubstr("<torn: unexpected EOF"));
  service_.decoded.clear();
  EXPECT_EQ(host_.memory_meter.in_use(), 0u);
}

TEST_F(MultipartAnswerTest, InAnotherFormat) {
  host_.archive_store.add(toy_format(".toy", PayloadMode::Observed));
  host_.object_store.put(*b_, "1", "one");
  const auto answered = buffered({object("1")}, "\"mime\":\".toy\"");
  EXPECT_EQ(answered.parts.archive, toy_member("b/1", "one", PayloadMode::Observed) + "<end>");
}

// "Buffered" is the name of the mode, not what the node does.
TEST_F(MultipartAnswerTest, MemoryDoesNotGrowWithThePayload) {
  const auto peak = [this](std::size_t size) {
    host_.object_store.put(*b_, "o", text_of(size));
    const auto answered = buffered(std::vector<std::string>(3000, object("o")));
    EXPECT_EQ(answered.members().size(), 3000u);
    EXPECT_LE(*std::max_element(sink_.writes.begin(), sink_.writes.end()), WorkItem::arena_size({.send_from = 4096}));
    return host_.memory_meter.peak();
  };
  const auto small = peak(10);
  EXPECT_EQ(peak(3000), small);
  EXPECT_EQ(peak(9000), small);
}

TEST_F(MultipartAnswerTest, AStoppedJobEndsTheLongSearchForSizes) {
  host_.object_store.put(*b_, "o", "content");
  host_.jobs.job.stopped = true;
  EXPECT_THAT(buffered(std::vector<std::string>(5000, object("o"))).why_refused, HasSubstr("503 x-get-batch[gbt-"));
  EXPECT_LT(host_.object_store.opens(), 5000u);
  expect_nothing_held();
}

}  // namespace
}  // namespace bryo::moss
