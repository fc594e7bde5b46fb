#include <bryo/testing.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "sample_plugin.h"
#include "sample_request.h"

namespace sample {
namespace {

namespace fakes = bryo::testing;

/// The plugin on a host in memory, with a bucket `b` of 1,000 objects.
class Sample : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(plugin.declare(registrar));
    ASSERT_TRUE(fakes::run(plugin.start(host)));
    for (int i = 0; i < 1'000; ++i) host.object_store.put(*bucket, "o/" + std::to_string(i), std::string(i % 10, 'x'));
  }
  bryo::Result<bryo::Response> ask(const std::string& name, std::vector<std::pair<std::string, std::string>> query) {
    bryo::Request request;
    request.rest = name;
    for (auto& [key, value] : query) request.query.add(key, value);
    request.received = host.test_clock.steady;
    host.test_clock.steady += std::chrono::milliseconds(3);
    return fakes::run(registrar.handler("/v1/sample/*")(request));
  }
  /// The body, or the error's sentence.
  std::string body(std::vector<std::pair<std::string, std::string>> query, const std::string& name = "b") {
    const auto response = ask(name, std::move(query));
    if (!response) return response.error().message();
    sink = {};
    const auto sent = fakes::run(std::get<bryo::StreamBody>(response->body).produce(sink));
    return sent ? sink.bytes : sent.error().message();
  }
  static auto lines(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

  fakes::FakeHost host;
  fakes::FakeRegistrar registrar;
  SamplePlugin plugin;
  fakes::MemorySink sink;
  const bryo::BucketPtr bucket = host.bucket_store.add("b");
};

TEST_F(Sample, TheRouteSaysWhoMayCallIt) {
  const auto& spec = registrar.routes.front().first;
  EXPECT_EQ(spec.access, bryo::Access::Read);
  EXPECT_EQ(spec.role, bryo::Role::Target);
  EXPECT_EQ(spec.body_limit, 0u);
}

TEST_F(Sample, AFractionOfTheNames) {
  EXPECT_EQ(lines(body({{"fraction", "1"}})), 1'000);
  EXPECT_EQ(lines(body({{"fraction", "0"}})), 0);
  const auto tenth = lines(body({{"fraction", "0.1"}, {"seed", "7"}}));
  EXPECT_GT(tenth, 60);
  EXPECT_LT(tenth, 140);
}

TEST_F(Sample, TheSameSeedGivesTheSameNames) {
  const auto first = body({{"fraction", "0.2"}, {"seed", "1"}});
  EXPECT_EQ(body({{"fraction", "0.2"}, {"seed", "1"}}), first);
  EXPECT_NE(body({{"fraction", "0.2"}, {"seed", "2"}}), first);
  registrar.set_option("page", std::int64_t{7});
  EXPECT_EQ(body({{"fraction", "0.2"}, {"seed", "1"}}), first);
}

TEST_F(Sample, ASmallerFractionIsAPartOfALargerOne) {
  const auto large = body({{"fraction", "0.2"}});
  const auto small = body({{"fraction", "0.05"}});
  for (std::size_t at = 0; at < small.size();) {
    const auto end = small.find('\n', at) + 1;
    EXPECT_NE(large.find(small.substr(at, end - at)), std::string::npos);
    at = end;
  }
}

TEST_F(Sample, LinesTellNameAndSize) {
  EXPECT_TRUE(
      body({{"fraction", "1"}, {"prefix", "o/99"}}).starts_with("{\"name\":\"o/99\",\"size\":9}\n{\"name\":\"o/990\""));
  EXPECT_EQ(json_line("a\"b\\\n", 0), "{\"name\":\"a\\\"b\\\\\\u000a\",\"size\":0}\n");
}

TEST_F(Sample, PagesLeaveOneByOne) {
  registrar.set_option("page", std::int64_t{100});
  body({{"fraction", "1"}});
  EXPECT_EQ(sink.writes.size(), 10u);
  EXPECT_EQ(registrar.counter_value("names"), 1'000u);
}

TEST_F(Sample, TimesTheFirstLine) {
  body({{"fraction", "1"}});
  std::uint64_t observed = 0;
  const auto& histogram = registrar.histogram_of("first.line.seconds");
  for (std::size_t i = 0; i <= bryo::Histogram::kBoundsUs.size(); ++i) observed += histogram.bucket(i);
  EXPECT_EQ(observed, 1u);
  EXPECT_EQ(histogram.sum_ns(), 3'000'000u);
}

TEST_F(Sample, AClientThatLeavesEndsTheListing) {
  registrar.set_option("page", std::int64_t{10});
  const auto response = ask("b", {{"fraction", "1"}});
  fakes::MemorySink leaving;
  leaving.gone_after = 500;
  std::size_t pages = 0;
  host.object_store.on_list = [&](std::size_t) { ++pages; };
  const auto sent = fakes::run(std::get<bryo::StreamBody>(response->body).produce(leaving));
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code(), bryo::Errc::Cancelled);
  EXPECT_LE(pages, 3u);
  EXPECT_EQ(registrar.counter_value("aborted"), 1u);
}

TEST_F(Sample, WhatIsWrongIsSaidBeforeTheFirstByte) {
  EXPECT_EQ(body({{"fraction", "2"}}), "sample: fraction \"2\" is not a number from 0 to 1");
  for (const auto* fraction : {"", "x", "-1", "nan", "inf", "0.5x", "1e999"}) {
    EXPECT_NE(body({{"fraction", fraction}}).find("is not a number from 0 to 1"), std::string::npos) << fraction;
  }
  EXPECT_EQ(body({{"seed", "-1"}}), "sample: seed \"-1\" is not a number of up to 64 bits");
  EXPECT_EQ(body({}, "nope"), "bucket \"ais://nope\" does not exist");
  EXPECT_EQ(body({}, ""), "bucket name is missing");
  EXPECT_NE(body({}, "../etc").find("invalid"), std::string::npos);
}

TEST_F(Sample, ABucketThatDeniesReadingIsNotListed) {
  host.bucket_store.deny(bucket->name());
  const auto response = ask("b", {});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().status(), 403);
}

TEST_F(Sample, ABrokenDiskFailsTheAnswer) {
  host.object_store.broken_page = 1;
  EXPECT_EQ(body({}), "the disk is broken here");
}

}  // namespace
}  // namespace sample
