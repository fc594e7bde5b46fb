#include "http_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <array>
#include <set>
#include <stdexcept>

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
    EXPECT_THAT(answer->header("date"), HasSubstr(" GMT"));
    EXPECT_NE(answer->header("x-request-id"), "");
  }
}

TEST(HttpServer, PipelinedRequestsAreAnsweredInOrder) {
  TestServer node;
  node.route(Verb::Post, "/echo/*", [](Request& request) -> Task<Result<Response>> {
    co_return Response::text(request.rest + ":" + request.body);
  });
  node.start();
  constexpr int kRequests = 200;
  std::string wire;
  for (int i = 0; i < kRequests; ++i) {
    const std::string body = std::string(static_cast<std::size_t>(i % 7), 'b') + std::to_string(i);
    wire += "POST /echo/" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n";
    if (i % 3 == 0) {
      wire += "Transfer-Encoding: chunked\r\n\r\n" + std::to_string(body.size()) + "\r\n" + body + "\r\n0\r\n\r\n";
    } else {
      wire += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }
  }
  Client client = node.connect();
  ASSERT_TRUE(client.send(wire));
  for (int i = 0; i < kRequests; ++i) {
    const auto answer = client.read();
    ASSERT_TRUE(answer) << i;
    EXPECT_EQ(answer->body,
              std::to_string(i) + ":" + std::string(static_cast<std::size_t>(i % 7), 'b') + std::to_string(i));
  }
}

TEST(HttpServer, HandlersSeeTheRequest) {
  TestServer node;
  Request seen;
  node.route(Verb::Get, "/v1/objects/*", [&seen](Request& request) -> Task<Result<Response>> {
    seen.verb = request.verb;
    seen.target = request.target;
    seen.path = request.path;
    seen.rest = request.rest;
    seen.query = request.query;
    seen.headers = request.headers;
    seen.body = request.body;
    seen.remote = request.remote;
    seen.id = request.id;
    seen.content_length = request.content_length;
    seen.received = request.received;
    EXPECT_EQ(request.body_stream, nullptr);
    co_return Response(200);
  });
  node.start();
  const auto before = std::chrono::steady_clock::now();
  Client client = node.connect();
  // A body on GET (http-api.md section 3).
  client.send(
      "GET //v1/objects/b%2Fx/a%20b//c?what=smap&a=%26 HTTP/1.1\r\nHost: x\r\nAis-Node-Id: n\r\nX-Request-Id: "
      "my.id_1-2\r\n"
      "Content-Length: 4\r\n\r\n{\"a\"");
  const auto answer = client.read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->header("x-request-id"), "my.id_1-2");
  EXPECT_EQ(answer->header("content-length"), "0");
  EXPECT_EQ(seen.verb, Verb::Get);
  EXPECT_EQ(seen.target, "//v1/objects/b%2Fx/a%20b//c?what=smap&a=%26");
  EXPECT_EQ(seen.path, "//v1/objects/b/x/a b//c");
  EXPECT_EQ(seen.rest, "b/x/a b//c");
  EXPECT_EQ(seen.query.get("a"), "&");
  EXPECT_EQ(seen.headers.get("ais-node-id"), "n");
  EXPECT_EQ(seen.body, "{\"a\"");
  EXPECT_EQ(seen.content_length, 4u);
  EXPECT_EQ(seen.remote, client.address());
  EXPECT_EQ(seen.id, "my.id_1-2");
  EXPECT_GE(seen.received, before);
}

TEST(HttpServer, NothingOfARequestReachesTheNextOne) {
  TestServer node;
  node.route(Verb::Put, "/a/*", fixed_text("first"));
  node.route(Verb::Get, "/b", [](Request& request) -> Task<Result<Response>> {
    EXPECT_EQ(request.rest, "");
    EXPECT_EQ(request.body, "");
    EXPECT_EQ(request.query.items().size(), 0u);
    EXPECT_EQ(request.headers.fields().size(), 1u);
    EXPECT_EQ(request.content_length, std::nullopt);
    co_return Response::text("second");
  });
  node.start();
  Client client = node.connect();
  client.send(
      "PUT /a/rest?q=1 HTTP/1.1\r\nHost: x\r\nX: y\r\nX-Request-Id: one\r\nContent-Length: 3\r\n\r\nabc"
      "GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.read()->header("x-request-id"), "one");
  const auto second = client.read();
  EXPECT_EQ(second->body, "second");
  EXPECT_NE(second->header("x-request-id"), "one");
}

TEST(HttpServer, RequestIdsAreUniqueAndOnlySaneOnesAreTaken) {
  TestServer node;
  node.route(Verb::Get, "/a", fixed_text(""));
  node.start();
  std::set<std::string> ids;
  for (const std::string given : {"", "with space", "semi;colon", "\xff", "quote\"", ""}) {
    for (int connection = 0; connection < 2; ++connection) {
      Client client = node.connect();
      for (int i = 0; i < 3; ++i) {
        client.send("GET /a HTTP/1.1\r\nHost: x\r\nX-Request-Id: " + given + "\r\n\r\n");
        const auto id = client.read()->header("x-request-id");
        EXPECT_THAT(id, MatchesRegex("[a-z0-9]+-[0-9]+-[0-9]+"));
        ids.insert(id);
      }
    }
  }
  EXPECT_EQ(ids.size(), 36u);
  EXPECT_THAT(node.ask("GET /a HTTP/1.1\r\nHost: x\r\nX-Request-Id: " + std::string(65, 'x') + "\r\n\r\n")
                  .header("x-request-id"),
              MatchesRegex("[a-z0-9]+-[0-9]+-[0-9]+"));
}

TEST(HttpServer, WrongVerbsGetTheTextAnswer) {
  TestServer node;
  node.route(Verb::Get, "/v1/buckets/*", fixed_text(""));
  node.route(Verb::Head, "/v1/buckets/*", fixed_text(""));
  node.route(Verb::Post, "/v1/buckets/*", fixed_text(""));
  node.route(Verb::Patch, "/v1/buckets/*", fixed_text(""));
  node.route(Verb::Delete, "/v1/buckets/*", fixed_text(""));
  node.start();
  for (const char* verb : {"PUT", "TRACE", "BREW", "CONNECT"}) {
    const auto answer = node.ask(std::string(verb) + " /v1/buckets/prb HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(answer.status, 405) << verb;
    EXPECT_EQ(answer.header("allow"), "DELETE, GET, HEAD, PATCH, POST");
    EXPECT_EQ(answer.header("content-type"), "text/plain; charset=utf-8");
    EXPECT_EQ(answer.header("x-content-type-options"), "nosniff");
    EXPECT_EQ(answer.body, "Method Not Allowed\n");
  }
  const auto options = node.ask("OPTIONS /v1/buckets/prb HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(options.status, 200);
  EXPECT_EQ(options.header("allow"), "DELETE, GET, HEAD, PATCH, POST");
  EXPECT_EQ(options.header("content-length"), "0");
  const auto all = node.ask("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(all.status, 200);
  EXPECT_EQ(all.header("allow"), "DELETE, GET, HEAD, PATCH, POST, PUT");
}

TEST(HttpServer, UnknownUrls) {
  TestServer node;
  node.route(Verb::Get, "/v1/buckets", fixed_text(""));
  node.start();
  Client client = node.connect();
  client.send("GET /v1/no%73uch?a=b HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto answer = client.read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 400);
  EXPECT_EQ(answer->header("content-type"), "application/json");
  EXPECT_EQ(answer->header("x-content-type-options"), "nosniff");
  EXPECT_EQ(answer->body, "{\"message\":\"invalid request URI: 'GET /v1/no%73uch?a=b' from " + client.address() +
                              "\",\"method\":\"GET\",\"url_path\":\"/v1/nosuch\",\"remote_addr\":\"" +
                              client.address() + "\",\"caller\":\"\",\"node\":\"p[g1p]\",\"status\":400}\n");
  // The connection is none the worse for it.
  client.send("OPTIONS /v1/nosuch HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.read()->status, 400);
  client.send("BREW /v1/nosuch HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.read()->body, HasSubstr("'BREW /v1/nosuch'"));
  client.send("GET * HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.read()->status, 400);
  client.send("GET /v1/buckets HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.read()->status, 200);
}

TEST(HttpServer, ErrorsOfHandlersTakeTheWireForm) {
  TestServer node;
  node.route({.verb = Verb::Get, .pattern = "/v1/objects/*", .doc = "Test.", .role = Role::Target},
             [](Request& request) -> Task<Result<Response>> {
               co_return Error(Errc::NotFound, "t[g1t]: ais://" + request.rest + " does not exist", "ErrNotFound");
             });
  node.route({.verb = Verb::Head, .pattern = "/v1/objects/*", .doc = "Test."},
             [](Request& request) -> Task<Result<Response>> {
               co_return Error(Errc::NotFound, "t[g1t]: ais://" + request.rest + " does not exist", "ErrNotFound");
             });
  node.route(Verb::Get, "/busy", [](Request&) -> Task<Result<Response>> {
    co_return Error(Errc::TooManyRequests, "busy").with_retry_after(2);
  });
  node.start();
  Client client = node.connect();
  client.send("GET /v1/objects/b/o%0a%22 HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto answer = client.read();
  EXPECT_EQ(answer->status, 404);
  EXPECT_THAT(answer->body, StartsWith(R"({"tcode":"ErrNotFound","message":"t[g1t]: ais://b/o\n\" does not exist",)"));
  EXPECT_THAT(answer->body, HasSubstr(R"("node":"t[g1t]","status":404})"));
  client.send("HEAD /v1/objects/b/o%0a HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto head = client.read(true);
  EXPECT_EQ(head->status, 404);
  EXPECT_THAT(head->header("hdr-error"), HasSubstr(R"("method":"HEAD","url_path":"/v1/objects/b/o\n")"));
  EXPECT_THAT(head->header("hdr-error"), HasSubstr(R"("node":"t[g1t]","status":404})"));
  client.send("GET /busy HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto busy = client.read();
  EXPECT_EQ(busy->status, 429);
  EXPECT_EQ(busy->header("retry-after"), "2");
}

TEST(HttpServer, ExceptionsOfHandlersBecomeAnswers) {
  TestServer node;
  node.route(Verb::Get, "/throws", [](Request&) -> Task<Result<Response>> {
    throw std::runtime_error("secret detail");
    co_return Response(200);
  });
  node.route(Verb::Get, "/fine", fixed_text("fine"));
  node.start();
  Client client = node.connect();
  client.send("GET /throws HTTP/1.1\r\nHost: x\r\nX-Request-Id: rid-7\r\n\r\n");
  const auto answer = client.read();
  EXPECT_EQ(answer->status, 500);
  EXPECT_THAT(answer->body, HasSubstr("internal error, see the log of this node for request rid-7"));
  EXPECT_THAT(answer->body, testing::Not(HasSubstr("secret")));
  client.send("GET /fine HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.read()->body, "fine");
  EXPECT_EQ(node.metrics().handler_exceptions.value(), 1u);
  EXPECT_THAT(node.log().text(),
              HasSubstr("a handler threw an exception rid=rid-7 owner=test path=/throws what=secret"));
}

TEST(HttpServer, ServerErrorsAreLoggedWithTheRequestId) {
  TestServer node;
  node.route(Verb::Get, "/io",
             [](Request&) -> Task<Result<Response>> { co_return Error(Errc::Io, "disk sda is gone"); });
  node.route(Verb::Get, "/no", [](Request&) -> Task<Result<Response>> { co_return Error(Errc::NotFound, "no"); });
  node.start();
  EXPECT_EQ(node.ask("GET /io HTTP/1.1\r\nHost: x\r\nX-Request-Id: rid-1\r\n\r\n").status, 500);
  EXPECT_EQ(node.ask("GET /no HTTP/1.1\r\nHost: x\r\nX-Request-Id: rid-2\r\n\r\n").status, 404);
  EXPECT_THAT(node.log().text(), HasSubstr("rid=rid-1"));
  EXPECT_THAT(node.log().text(), HasSubstr("error=disk sda is gone"));
  EXPECT_THAT(node.log().text(), testing::Not(HasSubstr("rid-2")));
}

TEST(HttpServer, RoutesOfARoleTheNodeDoesNotPlayAreUnknown) {
  for (const auto& [node_id, expected] : std::to_array<std::pair<NodeIdentity, std::array<int, 3>>>({
           {{"p1", "t1"}, {200, 200, 200}},
           {{"p1", ""}, {200, 400, 200}},
           {{"", "t1"}, {400, 200, 200}},
       })) {
    TestServer node(TestServer::short_limits(), node_id);
    node.route({.verb = Verb::Get, .pattern = "/gateway", .doc = "Test.", .role = Role::Gateway}, fixed_text(""));
    node.route({.verb = Verb::Get, .pattern = "/target", .doc = "Test.", .role = Role::Target}, fixed_text(""));
    node.route({.verb = Verb::Get, .pattern = "/any", .doc = "Test.", .role = Role::Any}, fixed_text(""));
    node.start();
    Client client = node.connect();
    std::size_t i = 0;
    for (const char* path : {"/gateway", "/target", "/any"}) {
      client.send(std::string("GET ") + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
      EXPECT_EQ(client.read()->status, expected[i++]) << path << " at " << node_id.gateway_id << node_id.target_id;
    }
  }
}

TEST(HttpServer, AccessIsCheckedBeforeTheBodyIsRead) {
  TestServer node;
  bool called = false;
  node.route({.verb = Verb::Put, .pattern = "/secret/*", .doc = "Test.", .access = Access::Admin},
             [&called](Request&) -> Task<Result<Response>> {
               called = true;
               co_return Response(200);
             });
  node.set_access([](const Request& request, const RouteSpec& spec) -> Status {
    if (spec.access == Access::Admin && request.headers.get("Authorization") != "Bearer good") {
      return Error(Errc::Unauthorized, "token required");
    }
    return {};
  });
  node.start();
  Client client = node.connect();
  client.send("PUT /secret/x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n");
  const auto refused = client.read();
  EXPECT_EQ(refused->status, 401) << "and no 100 before it";
  EXPECT_EQ(refused->header("connection"), "close") << "nobody knows whether the body will come";
  EXPECT_FALSE(called);
  EXPECT_EQ(
      node.ask("PUT /secret/x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good\r\nContent-Length: 1\r\n\r\nx").status,
      200);
  EXPECT_TRUE(called);
}

TEST(HttpServer, Http10) {
  TestServer node;
  node.route(Verb::Get, "/a", fixed_text("answer"));
  node.start();
  Client once = node.connect();
  once.send("GET /a HTTP/1.0\r\n\r\n");
  const auto answer = once.read();
  EXPECT_EQ(answer->body, "answer");
  EXPECT_EQ(answer->header("connection"), "close");
  EXPECT_TRUE(once.at_end());
  Client kept = node.connect();
  for (int i = 0; i < 2; ++i) {
    kept.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const auto again = kept.read();
    EXPECT_EQ(again->body, "answer");
    EXPECT_EQ(again->header("connection"), "keep-alive");
  }
}

TEST(HttpServer, ConnectionCloseIsHonouredFromBothSides) {
  TestServer node;
  node.route(Verb::Get, "/a", fixed_text("answer"));
  node.route(Verb::Get, "/last", [](Request&) -> Task<Result<Response>> {
    auto response = Response::text("bye");
    response.headers.add("Connection", "close");
    co_return response;
  });
  node.start();
  Client asked = node.connect();
  asked.send("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(asked.read()->header("connection"), "close");
  EXPECT_TRUE(asked.at_end());
  Client told = node.connect();
  told.send("GET /last HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(told.read()->header("connection"), "close");
  EXPECT_TRUE(told.at_end());
}

TEST(HttpServer, MalformedRequestsAreAnsweredBeforeTheClose) {
  TestServer node;
  node.route(Verb::Get, "/a", fixed_text("answer"));
  node.start();
  for (const char* wire : {"nonsense\r\n", "GET / HTTP/3.0\r\n", "GET /a HTTP/1.1\r\nno colon\r\n\r\n",
                           "\x16\x03\x01\x02\x03", "GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: z\r\n\r\n"}) {
    Client client = node.connect();
    client.send(wire);
    const auto answer = client.read();
    ASSERT_TRUE(answer) << wire;
    EXPECT_EQ(answer->status, 400) << wire;
    EXPECT_EQ(answer->header("connection"), "close");
    EXPECT_THAT(answer->body, HasSubstr("malformed request")) << wire;
    EXPECT_TRUE(client.at_end());
  }
  const auto too_long = node.ask("GET /a HTTP/1.1\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n");
  EXPECT_EQ(too_long.status, 431);
  EXPECT_THAT(too_long.body, HasSubstr("header longer than 65536 bytes"));
  const auto bad_escape = node.ask("GET /a%zz HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(bad_escape.status, 400);
  EXPECT_EQ(bad_escape.header("connection"), "") << "the request was understood, only its target is wrong";
}

TEST(HttpServer, AClientMayEndItsSideAndStillReadTheAnswer) {
  TestServer node;
  node.route(Verb::Get, "/a", fixed_text("answer"));
  node.start();
  Client client = node.connect();
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  client.shut_down_sending();
  EXPECT_EQ(client.read()->body, "answer");
  EXPECT_TRUE(client.at_end());
}

TEST(HttpServer, CountsWhatItDoes) {
  TestServer node;
  node.route(Verb::Get, "/a/*", fixed_text("answer"));
  node.start();
  {
    Client client = node.connect();
    for (int i = 0; i < 5; ++i) {
      client.send("GET /a/x HTTP/1.1\r\nHost: x\r\n\r\n");
      ASSERT_EQ(client.read()->status, 200);
    }
    EXPECT_EQ(node.metrics().open_connections.value(), 1);
  }
  ASSERT_TRUE(node.server().drain(Deadline::after(std::chrono::seconds(10))));
  EXPECT_EQ(node.metrics().open_connections.value(), 0);
  EXPECT_EQ(node.metrics().connections.value(), 1u);
  EXPECT_EQ(node.metrics().requests.value(), 5u);
  EXPECT_EQ(node.metrics().received_bytes.value(), 5 * 30u);
  EXPECT_GT(node.metrics().sent_bytes.value(), 5 * 100u);
  EXPECT_THAT(node.registry().prometheus_text(),
              HasSubstr(R"(bryo_request_duration_seconds_count{api="/a/*",code="200",verb="GET"} 5)"));
}

TEST(HttpServer, SpreadsConnectionsOverTheLoops) {
  TestServer node(TestServer::short_limits(), {"g1p", "g1t"}, 3);
  node.route(Verb::Get, "/thread", [](Request&) -> Task<Result<Response>> {
    std::ostringstream text;
    text << std::this_thread::get_id();
    co_return Response::text(text.str());
  });
  node.start();
  std::vector<Client> clients;
  std::set<std::string> threads;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(node.connect());
    clients.back().send("GET /thread HTTP/1.1\r\nHost: x\r\n\r\n");
    threads.insert(clients.back().read()->body);
  }
  EXPECT_EQ(threads.size(), 3u);
}

}  // namespace
}  // namespace bryo::kernel::test
