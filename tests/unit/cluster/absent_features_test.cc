#include <bryo/testing.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <kernel/cluster/absent_features.h>

namespace bryo::kernel {
namespace {

using ::testing::HasSubstr;

/// What the table answers: `501 sentence`, the body, or `<no route>`.
std::string answer_at(const Router& router, Verb verb, const std::string& path) {
  const auto match = router.find(verb, path);
  if (match.route == nullptr) return "<no route>";
  Request request;
  request.verb = verb;
  request.path = path;
  const auto response = testing::run(match.route->handler(request));
  if (!response) return std::to_string(response.error().status()) + " " + response.error().message();
  return std::get<std::string>(response->body);
}

TEST(AbsentFeatures, EveryPathNamesThePluginThatOffersIt) {
  Router router;
  ASSERT_TRUE(register_absent_features(router));
  for (const auto& [path, plugin] : {std::pair("/v1/ml/moss", "moss"),
                                     {"/v1/download", "downloads"},
                                     {"/v1/sort", "dsort"},
                                     {"/v1/tokens", "auth"},
                                     {"/s3", "s3_api"}}) {
    for (const std::string below : {"", "/b", "/b/o"}) {
      const auto answered = answer_at(router, Verb::Post, path + below);
      EXPECT_THAT(answered, HasSubstr("501 cannot ")) << path << below;
      EXPECT_THAT(answered, HasSubstr("plugin \"" + std::string(plugin) + "\" is not enabled")) << path << below;
      EXPECT_TRUE(answered.ends_with(" - operation not supported")) << answered;
    }
  }
  EXPECT_THAT(answer_at(router, Verb::Get, "/v1/etl"), HasSubstr("501 cannot use ETL"));
  EXPECT_EQ(answer_at(router, Verb::Get, "/v1/other"), "<no route>");
}

// `ais show job` asks for these lists each time and takes anything else for a broken cluster.
TEST(AbsentFeatures, ListsOfJobsThatCannotRunAreEmpty) {
  Router router;
  ASSERT_TRUE(register_absent_features(router));
  for (const char* path : {"/v1/download", "/v1/sort", "/v1/sort/x"})
    EXPECT_EQ(answer_at(router, Verb::Get, path), "[]\n");
  EXPECT_THAT(answer_at(router, Verb::Delete, "/v1/sort"), HasSubstr("501"));
}

TEST(AbsentFeatures, WhatAPluginOffersStaysItsOwn) {
  Router router;
  const auto mine = [](Request&) -> Task<Result<Response>> { co_return Response::text("mine"); };
  ASSERT_TRUE(router.add({.verb = Verb::Get, .pattern = "/v1/ml/moss", .doc = "Mine."}, mine, "moss"));
  ASSERT_TRUE(register_absent_features(router));
  EXPECT_EQ(answer_at(router, Verb::Get, "/v1/ml/moss"), "mine");
  // A verb that the plugin lacks is not an absent feature: the router says which verbs there are.
  EXPECT_EQ(answer_at(router, Verb::Put, "/v1/ml/moss"), "<no route>");
  EXPECT_EQ(router.find(Verb::Put, "/v1/ml/moss").allow, "GET");
}

}  // namespace
}  // namespace bryo::kernel
