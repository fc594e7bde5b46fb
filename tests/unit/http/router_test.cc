#include <kernel/http/router.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <array>

namespace bryo::kernel {
namespace {

RouteHandler nothing() {
  return [](Request&) -> Task<Result<Response>> { co_return Response(200); };
}

Status add(Router& router, Verb verb, std::string pattern, std::string owner = "kernel") {
  return router.add({.verb = verb, .pattern = std::move(pattern), .doc = "Test."}, nothing(), std::move(owner));
}

Router example() {
  Router router;
  for (const auto& [verb, pattern] : std::to_array<std::pair<Verb, const char*>>({
           {Verb::Get, "/v1/buckets"},
           {Verb::Get, "/v1/buckets/*"},
           {Verb::Head, "/v1/buckets/*"},
           {Verb::Get, "/v1/objects/*"},
           {Verb::Put, "/v1/objects/*"},
           {Verb::Delete, "/v1/objects/*"},
           {Verb::Get, "/v1/objects/special/*"},
           {Verb::Get, "/v1/ml/moss"},
           {Verb::Get, "/v1/ml/moss/*"},
           {Verb::Get, "/metrics"},
           {Verb::Get, "/s3/*"},
       })) {
    EXPECT_TRUE(add(router, verb, pattern));
  }
  return router;
}

TEST(Router, FindsTheLongestPattern) {
  const Router router = example();
  struct Case {
    Verb verb;
    const char* path;
    const char* pattern;  ///< "" = none
    const char* rest;
    const char* allow;
  };
  for (const Case& c : std::to_array<Case>({
           {Verb::Get, "/v1/buckets", "/v1/buckets", "", ""},
           {Verb::Get, "/v1/buckets/", "/v1/buckets", "", ""},
           {Verb::Get, "//v1///buckets//", "/v1/buckets", "", ""},
           {Verb::Get, "/v1/buckets/b", "/v1/buckets/*", "b", ""},
           {Verb::Head, "/v1/buckets/b/prefix/x", "/v1/buckets/*", "b/prefix/x", ""},
           {Verb::Get, "/v1/objects/b/o", "/v1/objects/*", "b/o", ""},
           {Verb::Get, "/v1/objects/b/a//b///c", "/v1/objects/*", "b/a//b///c", ""},
           {Verb::Get, "//v1//objects//b//o/", "/v1/objects/*", "b//o/", ""},
           {Verb::Get, "/v1/objects/special/x", "/v1/objects/special/*", "x", ""},
           {Verb::Get, "/v1/objects/special", "/v1/objects/*", "special", ""},
           {Verb::Get, "/v1/objects/specialist/x", "/v1/objects/*", "specialist/x", ""},
           {Verb::Put, "/v1/objects/special/x", "/v1/objects/*", "special/x", ""},
           {Verb::Get, "/v1/ml/moss", "/v1/ml/moss", "", ""},
           {Verb::Get, "/v1/ml/moss/", "/v1/ml/moss", "", ""},
           {Verb::Get, "/v1/ml/moss/b", "/v1/ml/moss/*", "b", ""},
           {Verb::Get, "/v1/ml", "", "", ""},
           {Verb::Get, "/v1", "", "", ""},
           {Verb::Get, "/", "", "", ""},
           {Verb::Get, "", "", "", ""},
           {Verb::Get, "/v1/nosuch", "", "", ""},
           {Verb::Get, "/v1/bucket", "", "", ""},
           {Verb::Get, "/v1/bucketss", "", "", ""},
           {Verb::Get, "/v1/objects", "", "", ""},
           {Verb::Get, "/s3", "", "", ""},
           {Verb::Get, "/s3/b", "/s3/*", "b", ""},
           {Verb::Get, "/metrics", "/metrics", "", ""},
           {Verb::Get, "/Metrics", "", "", ""},
           {Verb::Post, "/v1/objects/b/o", "", "", "DELETE, GET, PUT"},
           {Verb::Post, "/v1/objects/special/o", "", "", "DELETE, GET, PUT"},
           {Verb::Options, "/v1/buckets/b", "", "", "GET, HEAD"},
           {Verb::Put, "/metrics", "", "", "GET"},
       })) {
    const auto match = router.find(c.verb, c.path);
    EXPECT_EQ(match.route == nullptr ? "" : match.route->spec.pattern, c.pattern) << c.path;
    EXPECT_EQ(match.rest, c.rest) << c.path;
    EXPECT_EQ(match.allow, c.allow) << c.path;
  }
}

TEST(Router, RootAndCatchAll) {
  Router router;
  EXPECT_TRUE(add(router, Verb::Get, "/"));
  EXPECT_TRUE(add(router, Verb::Get, "/*"));
  EXPECT_EQ(router.find(Verb::Get, "/").route->spec.pattern, "/");
  EXPECT_EQ(router.find(Verb::Get, "/a/b").route->spec.pattern, "/*");
  EXPECT_EQ(router.find(Verb::Get, "/a/b").rest, "a/b");
}

TEST(Router, RestIsAPartOfThePath) {
  const Router router = example();
  const std::string path = "/v1/objects/bucket/object";
  const auto match = router.find(Verb::Get, path);
  EXPECT_EQ(match.rest.data(), path.data() + path.find("bucket"));
}

TEST(Router, ARouteThatIsTakenNamesBothOwners) {
  Router router;
  EXPECT_TRUE(add(router, Verb::Get, "/v1/x/*", "moss"));
  EXPECT_TRUE(add(router, Verb::Put, "/v1/x/*", "etl"));
  EXPECT_TRUE(add(router, Verb::Get, "/v1/x", "etl"));
  const auto clash = add(router, Verb::Get, "/v1/x/*", "etl");
  ASSERT_FALSE(clash);
  EXPECT_EQ(clash.error().code(), Errc::Conflict);
  EXPECT_EQ(clash.error().message(), "route GET /v1/x/* of 'etl' is already taken by 'moss'; give it another pattern");
  EXPECT_EQ(router.routes().size(), 3u);
}

TEST(Router, RefusesMalformedRoutes) {
  Router router;
  for (const char* pattern : {"", "v1", "/a*", "/*/b", "/a/*/", "/a//b", "/a/*b"}) {
    const auto added = add(router, Verb::Get, pattern);
    ASSERT_FALSE(added) << pattern;
    EXPECT_EQ(added.error().code(), Errc::InvalidArgument) << pattern;
    EXPECT_THAT(added.error().message(), testing::HasSubstr("route GET \"" + std::string(pattern) + "\" of kernel"));
  }
  EXPECT_FALSE(router.add({.verb = Verb::Get, .pattern = "/a", .doc = ""}, nothing(), "kernel"));
  EXPECT_FALSE(router.add({.verb = Verb::Get, .pattern = "/a", .doc = "x"}, nullptr, "kernel"));
  EXPECT_TRUE(router.routes().empty());
}

}  // namespace
}  // namespace bryo::kernel
