#include "http_fixture.h"

#include "fake_object.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <thread>

namespace bryo::kernel::test {
namespace {

using testing::HasSubstr;

RouteHandler echo() {
  return [](Request& request) -> Task<Result<Response>> { co_return Response::text(request.body); };
}

/// Reads the body in pieces of `piece` bytes and answers its length and a sum.
RouteHandler measure(std::size_t piece) {
  return [piece](Request& request) -> Task<Result<Response>> {
    std::vector<std::byte> bytes(piece);
    std::string all;
    for (;;) {
      BRYO_CO_TRY(n, co_await request.body_stream->read(bytes));
      if (n == 0) break;
      all += as_text(BytesView(bytes).first(n));
    }
    co_return Response::text(std::to_string(all.size()) + " " + std::to_string(std::hash<std::string>()(all)));
  };
}

std::string measured(const std::string& body) {
  return std::to_string(body.size()) + " " + std::to_string(std::hash<std::string>()(body));
}

RouteSpec streaming(const std::string& pattern) {
  return {.verb = Verb::Put, .pattern = pattern, .doc = "Test.", .body_limit = 64u << 20, .stream_body = true};
}

std::string put(const std::string& path, const std::string& body) {
  return "PUT " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string put_chunked(const std::string& path, const std::string& body, std::size_t chunk) {
  std::string wire = "PUT " + path + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t at = 0; at < body.size(); at += chunk) {
    const auto n = std::min(chunk, body.size() - at);
    char head[24];
    std::snprintf(head, sizeof head, "%zx\r\n", n);
    wire += head + body.substr(at, n) + "\r\n";
  }
  return wire + "0\r\n\r\n";
}

TEST(RequestBodies, WholeOnEveryVerb) {
  TestServer node;
  for (const auto verb : {Verb::Get, Verb::Put, Verb::Post, Verb::Patch, Verb::Delete})
    node.route(verb, "/echo", echo());
  node.start();
  Client client = node.connect();
  for (const char* verb : {"GET", "PUT", "POST", "PATCH", "DELETE"}) {
    client.send(std::string(verb) + " /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
    EXPECT_EQ(client.read()->body, "hello") << verb;
  }
}

TEST(RequestBodies, OfManySizesBothWays) {
  TestServer node;
  node.route({.verb = Verb::Put, .pattern = "/echo", .doc = "Test.", .body_limit = 4u << 20}, echo());
  node.route(streaming("/measure/1000"), measure(1000));
  node.route(streaming("/measure/300000"), measure(300'000));
  node.start();
  Client client = node.connect();
  for (const std::size_t size : {0ul, 1ul, 4095ul, 4096ul, 4097ul, 65536ul, 65537ul, 1'000'000ul, 3'000'000ul}) {
    const auto body = pattern(size);
    std::thread sender([&] {
      client.send(put("/echo", body));
      client.send(put_chunked("/echo", body, 70'000));
      client.send(put("/measure/1000", body));
      client.send(put_chunked("/measure/1000", body, 777));
      client.send(put("/measure/300000", body));
      client.send(put_chunked("/measure/300000", body, 1 << 20));
    });
    for (int i = 0; i < 2; ++i) EXPECT_EQ(client.read()->body, body) << size;
    for (int i = 0; i < 4; ++i) EXPECT_EQ(client.read()->body, measured(body)) << size;
    sender.join();
  }
}

TEST(RequestBodies, TooLongOnesAreRefused) {
  TestServer node;
  node.route({.verb = Verb::Put, .pattern = "/small", .doc = "Test.", .body_limit = 10}, echo());
  node.route({.verb = Verb::Put, .pattern = "/stream", .doc = "Test.", .body_limit = 10, .stream_body = true},
             measure(4));
  node.start();
  EXPECT_EQ(node.ask(put("/small", "0123456789")).status, 200);
  for (const char* path : {"/small", "/stream"}) {
    for (const auto& wire :
         {put(path, "0123456789x"), put_chunked(path, "0123456789x", 4), put(path, std::string(5'000'000, 'x')),
          put_chunked(path, std::string(5'000'000, 'x'), 9999)}) {
      Client client = node.connect();
      std::thread sender([&] { EXPECT_TRUE(client.send(wire)) << "the server reads on while it says no"; });
      const auto answer = client.read();
      sender.join();
      ASSERT_TRUE(answer) << path;
      EXPECT_EQ(answer->status, 413) << path;
      EXPECT_THAT(answer->body, HasSubstr("request body"));
    }
  }
}

TEST(RequestBodies, AnAnnouncedLengthTakesNoMemory) {
  TestServer node;
  node.route({.verb = Verb::Put, .pattern = "/big", .doc = "Test.", .body_limit = 1ull << 50}, echo());
  node.start();
  Client client = node.connect();
  client.send("PUT /big HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000000\r\n\r\nabc");
  client.shut_down_sending();
  const auto answer = client.read();
  EXPECT_EQ(answer->status, 400);
  EXPECT_THAT(answer->body, HasSubstr("the request body ended 999999999999997 bytes early"));
  EXPECT_EQ(node.ask("PUT /big HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551615\r\n\r\n").status, 413);
}

TEST(RequestBodies, GarbledChunksAreRefused) {
  TestServer node;
  node.route(Verb::Put, "/a", echo());
  node.route(streaming("/s"), measure(100));
  node.start();
  for (const char* path : {"/a", "/s"}) {
    for (const char* chunks :
         {"xyz\r\n", "5\r\nhello!\r\n0\r\n\r\n", "fffffffffffffffff\r\n", "5\r\nhelloXX0\r\n\r\n"}) {
      Client client = node.connect();
      client.send(std::string("PUT ") + path + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
      const auto answer = client.read();
      ASSERT_TRUE(answer);
      EXPECT_EQ(answer->status, 400) << chunks;
      EXPECT_EQ(answer->header("connection"), "close");
      EXPECT_THAT(answer->body, HasSubstr("chunked body")) << chunks;
    }
  }
  Client endless = node.connect();
  endless.send("PUT /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;" + std::string(100'000, 'e'));
  EXPECT_EQ(endless.read()->status, 400);
  Client cut = node.connect();
  cut.send("PUT /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel");
  cut.shut_down_sending();
  EXPECT_THAT(cut.read()->body, HasSubstr("the request body ended in the middle of its chunks"));
}

TEST(RequestBodies, TrailersOfRequestsAreDropped) {
  TestServer node;
  node.route(Verb::Put, "/a", [](Request& request) -> Task<Result<Response>> {
    EXPECT_FALSE(request.headers.get("Authorization"));
    co_return Response::text(request.body);
  });
  node.start();
  EXPECT_EQ(node.ask("PUT /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n"
                     "Authorization: Bearer forged\r\n\r\n")
                .body,
            "ok");
}

TEST(RequestBodies, ContinueIsSentWhenTheBodyIsWanted) {
  TestServer node;
  node.route(Verb::Put, "/whole", echo());
  node.route(streaming("/stream"), measure(100));
  node.route(streaming("/unread"), [](Request&) -> Task<Result<Response>> { co_return Response(307); });
  node.start();
  for (const char* path : {"/whole", "/stream"}) {
    Client client = node.connect();
    for (int i = 0; i < 2; ++i) {
      client.send(std::string("PUT ") + path +
                  " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
      EXPECT_EQ(client.read_head(), "HTTP/1.1 100 Continue\n");
      client.send("hello");
      EXPECT_EQ(client.read()->status, 200);
    }
    // A client that did not wait gets no 100.
    client.send(std::string("PUT ") + path +
                " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello");
    EXPECT_EQ(client.read()->status, 200);
    client.send(std::string("PUT ") + path +
                " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(client.read()->status, 200);
  }
  Client unread = node.connect();
  unread.send("PUT /unread HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  const auto answer = unread.read();
  EXPECT_EQ(answer->status, 307) << "without a 100 (http-api.md section 7)";
  EXPECT_EQ(answer->header("connection"), "close");
  const auto refused =
      node.ask("PUT /whole HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2000000\r\n\r\n");
  EXPECT_EQ(refused.status, 413);
}

TEST(RequestBodies, SmallOnesLeftUnreadDoNotCostTheConnection) {
  TestServer node;
  node.route(streaming("/unread"), fixed_text("no thanks"));
  node.route(Verb::Get, "/next", fixed_text("next"));
  node.start();
  const std::string body(200'000, 'x');
  for (const auto& wire : {put("/unread", body), put_chunked("/unread", body, 5000)}) {
    Client client = node.connect();
    client.send(wire + "GET /next HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto first = client.read();
    EXPECT_EQ(first->body, "no thanks");
    EXPECT_EQ(first->header("connection"), "");
    EXPECT_EQ(client.read()->body, "next");
  }
}

TEST(RequestBodies, LargeOnesLeftUnreadEndTheConnectionAfterTheAnswer) {
  TestServer node;
  node.route(streaming("/redirect"), [](Request&) -> Task<Result<Response>> {
    Response response(307);
    response.headers.add("Location", "http://elsewhere/");
    co_return response;
  });
  node.start();
  // What the Python client does: the whole body first, then the answer.
  Client client = node.connect();
  EXPECT_TRUE(client.send(put("/redirect", std::string(32 << 20, 'x'))));
  const auto answer = client.read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 307);
  EXPECT_EQ(answer->header("location"), "http://elsewhere/");
  EXPECT_EQ(answer->header("connection"), "close");
  EXPECT_TRUE(client.at_end());
}

TEST(RequestBodies, AHandlerMayReadWhileItAnswers) {
  TestServer node;
  node.route(streaming("/echo"), [](Request& request) -> Task<Result<Response>> {
    Response response(200);
    response.body = StreamBody{.produce = [&request](BodySink& sink) -> Task<Status> {
      std::vector<std::byte> bytes(10'000);
      for (;;) {
        BRYO_CO_TRY(n, co_await request.body_stream->read(bytes));
        if (n == 0) co_return Status{};
        const BytesView piece = BytesView(bytes).first(n);
        BRYO_CO_CHECK(co_await sink.write(std::span(&piece, 1)));
      }
    }};
    co_return response;
  });
  node.start();
  const auto body = pattern(200'000);
  Client client = node.connect();
  std::thread sender([&] { client.send(put("/echo", body)); });
  EXPECT_EQ(client.read()->body, body);
  sender.join();
}

}  // namespace
}  // namespace bryo::kernel::test
