#include "http_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <cstdlib>
#include <random>

namespace bryo::kernel::test {
namespace {

using Random = std::mt19937_64;

std::uint64_t seed() {
  const char* given = std::getenv("BRYO_TEST_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
}

std::size_t below(Random& random, std::size_t n) { return random() % n; }

/// Bytes that have the parts of requests in them, more or less in order.
std::string nearly_a_request(Random& random) {
  static const std::vector<std::string> kParts = {
      "GET ",
      "PUT ",
      "HEAD ",
      "BREW ",
      "/a",
      "/a?",
      "/a/%2e%2e/",
      "%zz",
      "*",
      " HTTP/1.1\r\n",
      " HTTP/1.0\r\n",
      "\r\n",
      "\r\n\r\n",
      "\n",
      "Host: x\r\n",
      "Content-Length: 5\r\n",
      "Content-Length: 99999999999\r\n",
      "Transfer-Encoding: chunked\r\n",
      "Connection: close\r\n",
      "Connection: keep-alive\r\n",
      "Expect: 100-continue\r\n",
      "5\r\nhello\r\n",
      "0\r\n\r\n",
      "ffffffffffffffff\r\n",
      ": \r\n",
      " folded\r\n",
      "X: y\r\n",
      "\0",
      "hello",
      "GET /a HTTP/1.1\r\nHost: x\r\n\r\n",
      "PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
      "PUT /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
  };
  std::string out;
  for (std::size_t i = 0, n = 1 + below(random, 12); i < n; ++i) out += kParts[below(random, kParts.size())];
  for (std::size_t i = 0, n = below(random, 3); i < n && !out.empty(); ++i) {
    out[below(random, out.size())] = static_cast<char>(random());
  }
  return out;
}

std::string noise(Random& random) {
  std::string out(1 + below(random, 300), '\0');
  for (char& c : out) c = static_cast<char>(random());
  return out;
}

TEST(Garbage, TenThousandConnectionsAndTheServerLives) {
  const auto start = seed();
  RecordProperty("seed", std::to_string(start));
  SCOPED_TRACE("BRYO_TEST_SEED=" + std::to_string(start));
  Random random(start);
  TestServer node;
  node.route(Verb::Get, "/a", fixed_text("a"));
  node.route({.verb = Verb::Put, .pattern = "/a", .doc = "Test.", .body_limit = 1000}, fixed_text("b"));
  node.start();
  for (int i = 0; i < 10'000; ++i) {
    Client client = node.connect();
    client.send(i % 4 == 0 ? noise(random) : nearly_a_request(random));
    client.shut_down_sending();
    // Whatever is said is HTTP, and the connection ends.
    const auto said = client.read_all();
    ASSERT_TRUE(said.empty() || said.starts_with("HTTP/1.1 ")) << said;
  }
  EXPECT_EQ(node.ask("GET /a HTTP/1.1\r\nHost: x\r\n\r\n").body, "a");
  EXPECT_EQ(node.metrics().handler_exceptions.value(), 0u);
  EXPECT_EQ(node.log().text(), "");
}

}  // namespace
}  // namespace bryo::kernel::test
