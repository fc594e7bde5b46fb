#include "http_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bryo::kernel::test {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

TEST(HttpServer, AnswersAndKeepsTheConnection) {
  TestServer node;
  node.route(Verb::Get, "/hello", fixed_text("hi"));
  node.start();
  Client client = node.connect();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"));
    const auto answer = client.read();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->reason, "OK");
    EXPECT_EQ(answer->body, "hi");
    EXPECT_EQ(answer->header("content-length"), "2");
    EXPECT_EQ(answer->header("content-type"), "text/plain; charset=utf-8");
    EXPECT_EQ(answer->header("connection"), "");
    EXPECT_EQ(answer->header("server"), "");
    EXPECT_THAT(answer->header("date"), MatchesRegex("[A-Z][a-z]{2}, .* GMT"));
    EXPECT_NE(answer->header("x-request-id"), "");
  }
  EXPECT_EQ(node.metrics().connections.value(), 1u);
  EXPECT_EQ(node.metrics().requests.value(), 3u);
}

}  // namespace
}  // namespace bryo::kernel::test
