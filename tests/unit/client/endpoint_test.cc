#include <bryo/client/endpoint.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace bryo::client {
namespace {

class Endpoint : public testing::Test {
 protected:
  void SetUp() override { ::unsetenv("AIS_ENDPOINT"); }
  void TearDown() override { ::unsetenv("AIS_ENDPOINT"); }
};

TEST_F(Endpoint, GivenWinsOverEnvironmentWinsOverDefault) {
  EXPECT_EQ(*resolve_endpoint(""), kDefaultEndpoint);
  ::setenv("AIS_ENDPOINT", "http://node:51080/", 1);
  EXPECT_EQ(*resolve_endpoint(""), "http://node:51080");
  EXPECT_EQ(*resolve_endpoint("https://other"), "https://other");
  EXPECT_EQ(*resolve_endpoint("localhost:1"), "http://localhost:1");
  EXPECT_EQ(*resolve_endpoint("http://[::1]:8080"), "http://[::1]:8080");
}

TEST_F(Endpoint, NamesWhereABadAddressCameFrom) {
  ::setenv("AIS_ENDPOINT", "ftp://x", 1);
  EXPECT_EQ(resolve_endpoint("").error().message(),
            "AIS_ENDPOINT \"ftp://x\" is neither http nor https: write it like http://127.0.0.1:8080");
  for (const char* bad : {"http://", "http:///x", "http://h/path", "http://user@h", "http://a b", "h?x=1"}) {
    EXPECT_FALSE(resolve_endpoint(bad)) << bad;
  }
}

}  // namespace
}  // namespace bryo::client
