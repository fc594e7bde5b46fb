#include <bryo/contract/xaction_contract.h>
#include <bryo/testing.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "dedup_xaction.h"

namespace dedup {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
namespace fakes = bryo::testing;

/// A job over a bucket in memory.
class Dedup : public ::testing::Test {
 protected:
  void put(const std::string& name, const std::string& content) { host.object_store.put(*bucket, name, content); }
  bryo::Status run() {
    DedupXaction xaction(host, options, metrics);
    auto result = fakes::run(xaction.run(job));
    message = xaction.control_message();
    return result;
  }
  std::string result(const std::string& name = ".dedup/dup-Ab3dEf9hI.jsonl") {
    const auto object = host.object_store.at(*bucket, name);
    return object ? object->content() : "<none>";
  }

  fakes::FakeHost host;
  fakes::FakeRegistrar registrar;
  const DedupOptions options{registrar};
  DedupMetrics metrics{registrar};
  const bryo::BucketPtr bucket = host.bucket_store.add("b");
  fakes::MemoryJob job{"dup-Ab3dEf9hI", bucket};
  std::string message;
};

TEST_F(Dedup, WritesAGroupALineWithTheWorstWasteFirst) {
  put("a", "xx"), put("b", "yyy"), put("c", "xx"), put("d", "yyy"), put("e", "once"), put("f", "yyy");
  ASSERT_TRUE(run());
  const auto text = result();
  EXPECT_THAT(text, HasSubstr(R"("wasted":6,"objects":["b","d","f"]})"));
  EXPECT_THAT(text, HasSubstr(R"("wasted":2,"objects":["a","c"]})"));
  EXPECT_LT(text.find("\"b\""), text.find("\"a\""));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  EXPECT_EQ(message, "duplicates:3 wasted:8B");
}

TEST_F(Dedup, ABucketWithoutDuplicatesGivesAnEmptyResult) {
  put("a", "1"), put("b", "2");
  ASSERT_TRUE(run());
  EXPECT_EQ(result(), "");
}

TEST_F(Dedup, TheCallerMayNameTheResult) {
  put("a", "1"), put("b", "1");
  fakes::MemoryJob named("dup-Ab3dEf9hI", bucket, {{"name", "out/result.jsonl"}});
  DedupXaction xaction(host, options, metrics);
  ASSERT_TRUE(fakes::run(xaction.run(named)));
  EXPECT_THAT(result("out/result.jsonl"), HasSubstr(R"(["a","b"])"));
}

TEST_F(Dedup, ANameThatNoObjectCanHaveIsRefused) {
  fakes::MemoryJob named("dup-Ab3dEf9hI", bucket, {{"name", "../x"}});
  DedupXaction xaction(host, options, metrics);
  const auto status = fakes::run(xaction.run(named));
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message(), HasSubstr("name of the result"));
}

TEST_F(Dedup, EarlierResultsAreNotCompared) {
  put(".dedup/old", "same"), put(".dedup/older", "same");
  ASSERT_TRUE(run());
  EXPECT_EQ(result(), "");
}

TEST_F(Dedup, SmallObjectsAreNotComparedIfTheConfigurationSaysSo) {
  registrar.set_option("min_size", bryo::Size{3});
  put("a", "xx"), put("b", "xx"), put("c", "yyy"), put("d", "yyy");
  ASSERT_TRUE(run());
  EXPECT_THAT(result(), Not(HasSubstr("\"a\"")));
  EXPECT_THAT(result(), HasSubstr(R"(["c","d"])"));
}

TEST_F(Dedup, PagesOfAnySizeGiveTheSameAnswer) {
  for (int i = 0; i < 20; ++i) put("o" + std::to_string(i), i % 3 == 0 ? "three" : std::to_string(i));
  ASSERT_TRUE(run());
  const auto whole = result();
  for (const std::int64_t page : {1, 2, 7, 20, 21}) {
    registrar.set_option("page", page);
    ASSERT_TRUE(run());
    EXPECT_EQ(result(), whole) << page;
  }
}

TEST_F(Dedup, CountsWhatItSaw) {
  put("a", "xx"), put("b", "xx"), put("c", "yyy");
  ASSERT_TRUE(run());
  EXPECT_EQ(job.counters.local_objects, 3);
  EXPECT_EQ(job.counters.local_bytes, 7);
  EXPECT_EQ(registrar.counter_value("scanned"), 3u);
  EXPECT_EQ(registrar.counter_value("duplicates"), 1u);
  EXPECT_EQ(registrar.counter_value("wasted.bytes"), 2u);
}

TEST_F(Dedup, AbortedBetweenTwoPagesItWritesNothing) {
  registrar.set_option("page", std::int64_t{1});
  put("a", "1"), put("b", "1"), put("c", "1");
  host.object_store.on_list = [&](std::size_t page) { job.stopped = page == 2; };
  ASSERT_TRUE(run());
  EXPECT_EQ(job.counters.local_objects, 2);
  EXPECT_EQ(result(), "<none>");
}

TEST_F(Dedup, MemoryIsReservedAndGivenBack) {
  put("a", "1"), put("b", "1");
  ASSERT_TRUE(run());
  EXPECT_GT(host.memory_meter.peak(), 0u);
  EXPECT_EQ(host.memory_meter.in_use(), 0u);
  host.memory_meter.limit = 10;
  const auto status = run();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), bryo::Errc::TooManyRequests);
  EXPECT_THAT(status.error().message(), HasSubstr("names that dedup compares"));
}

TEST_F(Dedup, AFullDiskFailsTheJob) {
  host.object_store.full = true;
  const auto status = run();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), bryo::Errc::OutOfSpace);
}

TEST(JsonLine, EscapesWhatJsonCannotHold) {
  Group group;
  group.content = {.size = 1, .checksum = "t:v"};
  group.names = {"a\"b\\", "c\n"};
  EXPECT_EQ(json_line(group),
            "{\"size\":1,\"checksum\":\"t:v\",\"wasted\":1,\"objects\":[\"a\\\"b\\\\\",\"c\\u000a\"]}\n");
}

/// What every job must do, from the SDK.
struct DedupUnderContract {
  fakes::FakeRegistrar registrar;
  fakes::FakeHost host;
  const DedupOptions options{registrar};
  DedupMetrics metrics{registrar};

  bryo::BucketPtr prepare() {
    registrar.set_option("page", std::int64_t{2});
    const auto bucket = host.bucket_store.add("b");
    for (int i = 0; i < 10; ++i) host.object_store.put(*bucket, "o" + std::to_string(i), std::to_string(i % 4));
    return bucket;
  }
  bryo::XactionKind kind() { return dedup_kind(); }
  std::unique_ptr<bryo::Xaction> make() { return std::make_unique<DedupXaction>(host, options, metrics); }
};

}  // namespace
}  // namespace dedup

namespace bryo::contract {
INSTANTIATE_TYPED_TEST_SUITE_P(Dedup, XactionContract, dedup::DedupUnderContract);
}
