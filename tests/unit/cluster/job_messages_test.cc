#include <gtest/gtest.h>

#include <kernel/cluster/job_messages.h>
#include <nlohmann/json.hpp>

namespace bryo::kernel {
namespace {

TEST(JobQuery, Fields) {
  const auto query = parse_job_query(
      R"({"id":"x","kind":"get-batch","show_active":true,"bck":{"name":"b","provider":"s3"},"unknown":[1]})");
  ASSERT_TRUE(query) << query.error().message();
  EXPECT_EQ(query->id, "x");
  EXPECT_EQ(query->kind, "get-batch");
  EXPECT_TRUE(query->only_running);
  ASSERT_EQ(query->buckets.size(), 1u);
  EXPECT_EQ(query->buckets[0].name, "b");
  EXPECT_EQ(query->buckets[0].provider, "aws");
}

TEST(JobQuery, BucketsRestrictWhenThereAreAny) {
  const auto count = [](const char* body) { return parse_job_query(body)->buckets.size(); };
  EXPECT_EQ(count("{}"), 0u);
  EXPECT_EQ(count(R"({"bck":{"name":""}})"), 0u);
  EXPECT_EQ(count(R"({"buckets":[]})"), 0u);
  EXPECT_EQ(count(R"({"bck":null,"buckets":[{"name":"b"}]})"), 1u);
  EXPECT_EQ(count(R"({"buckets":[{"name":"b"},{"name":"c"}]})"), 2u);
  EXPECT_EQ(parse_job_query(R"({"buckets":"b"})").error().status(), 400);
}

TEST(JobQuery, WhatIsNoQuery) {
  for (const char* body : {"", "[]", "{", R"({"id":1})", R"({"kind":[]})", R"({"bck":"b"})"}) {
    const auto query = parse_job_query(body);
    ASSERT_FALSE(query) << body;
    EXPECT_EQ(query.error().status(), 400) << body;
  }
}

TEST(JobQuery, NullAsksForEverything) {
  const auto query = parse_job_query("null");
  ASSERT_TRUE(query) << query.error().message();
  EXPECT_EQ(query->id + query->kind, "");
  EXPECT_TRUE(query->buckets.empty());
}

TEST(JobArguments, FieldsThatCanBeIgnoredAndOnesThatCannot) {
  const auto parse = [](const char* text) { return parse_job_arguments(nlohmann::json::parse(text)); };
  const auto arguments =
      parse(R"({"id":"x","kind":"k","daemonid":"nt","bck":{"name":"b"},"timeout":0,"flags":1,"force":false})");
  ASSERT_TRUE(arguments) << arguments.error().message();
  EXPECT_EQ(arguments->node, "nt");
  ASSERT_EQ(arguments->buckets.size(), 1u);
  EXPECT_EQ(arguments->buckets[0].name, "b");
  EXPECT_FALSE(parse(R"({"kind":"k","surprise":1})"));
  EXPECT_FALSE(parse(R"([])"));
}

}  // namespace
}  // namespace bryo::kernel
