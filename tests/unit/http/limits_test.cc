#include "fake_object.h"
#include "http_fixture.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <thread>

namespace bryo::kernel::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Time = std::chrono::steady_clock;

/// Patient but for one limit.
HttpLimits with(HttpLimits::Time HttpLimits::*limit, HttpLimits::Time value) {
  HttpLimits limits = TestServer::short_limits();
  limits.*limit = value;
  return limits;
}

TEST(Limits, ASlowHeaderIsAnswered408) {
  TestServer node(with(&HttpLimits::header_timeout, 60ms));
  node.route(Verb::Get, "/a", fixed_text("a"));
  node.start();
  Client client = node.connect();
  client.send("GET /a HTTP/1.1\r\nHos");
  const auto answer = client.read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 408);
  EXPECT_EQ(answer->header("connection"), "close");
  EXPECT_TRUE(client.at_end());
}

TEST(Limits, TheHeaderTimeIsForTheWholeHeader) {
  TestServer node(with(&HttpLimits::header_timeout, 100ms));
  node.route(Verb::Get, "/a", fixed_text("a"));
  node.start();
  Client client = node.connect();
  ASSERT_TRUE(client.send("GET /a HTTP/1.1\r\n"));
  // A byte now and then does not help: sends go on until the server has had enough.
  const auto started = Time::now();
  std::atomic<bool> done = false;
  std::thread dripping([&] {
    while (!done && client.send("X")) std::this_thread::yield();
  });
  const auto answer = client.read();
  done = true;
  dripping.join();
  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->status, testing::AnyOf(408, 431));
  EXPECT_LT(Time::now() - started, 5s);
}

TEST(Limits, IdleConnectionsAreClosedWithoutAWord) {
  TestServer node(with(&HttpLimits::idle_timeout, 60ms));
  node.route(Verb::Get, "/a", fixed_text("a"));
  node.start();
  Client client = node.connect();
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_EQ(client.read()->status, 200);
  EXPECT_EQ(client.read_all(), "");
  EXPECT_FALSE(client.was_reset());
}

TEST(Limits, AConnectionThatNeverAsksIsClosed) {
  TestServer node(with(&HttpLimits::header_timeout, 60ms));
  node.start();
  Client client = node.connect();
  EXPECT_TRUE(client.at_end());
}

TEST(Limits, ABodyThatStallsIsAnswered408) {
  TestServer node(with(&HttpLimits::body_stall, 60ms));
  node.route(Verb::Put, "/whole", fixed_text("a"));
  node.route({.verb = Verb::Put, .pattern = "/stream", .doc = "Test.", .stream_body = true},
             [](Request& request) -> Task<Result<Response>> {
               std::byte byte{};
               for (;;) {
                 BRYO_CO_TRY(n, co_await request.body_stream->read(MutableBytes(&byte, 1)));
                 if (n == 0) co_return Response(200);
               }
             });
  node.start();
  for (const char* header : {"Content-Length: 10\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n5\r\nab"}) {
    for (const char* path : {"/whole", "/stream"}) {
      Client client = node.connect();
      client.send(std::string("PUT ") + path + " HTTP/1.1\r\nHost: x\r\n" + header);
      const auto answer = client.read();
      ASSERT_TRUE(answer);
      EXPECT_EQ(answer->status, 408);
      EXPECT_EQ(answer->header("connection"), "close");
    }
  }
}

class SlowReader : public testing::TestWithParam<const char*> {};

/// A client that stops reading, for each way to send a body.
TEST_P(SlowReader, IsGivenUp) {
  const auto object = FakeObject::of(pattern(40 << 20));
  std::atomic<int> timeouts = 0;
  TestServer node(with(&HttpLimits::write_stall, 100ms));
  node.route(Verb::Get, "/text",
             [](Request&) -> Task<Result<Response>> { co_return Response::text(std::string(40 << 20, 'x')); });
  node.route(Verb::Get, "/object", [object](Request&) -> Task<Result<Response>> {
    Response response(200);
    response.body = ObjectBody{object, 0, object->size()};
    co_return response;
  });
  node.route(Verb::Get, "/small-objects", [object, &timeouts](Request&) -> Task<Result<Response>> {
    Response response(200);
    response.body = StreamBody{.produce = [object, &timeouts](BodySink& sink) -> Task<Status> {
      for (;;) {
        const auto sent = co_await sink.send_object(as_bytes("head"), object, 0, 60'000);
        if (!sent) {
          timeouts += sent.error().code() == Errc::Timeout;
          co_return sent;
        }
      }
    }};
    co_return response;
  });
  node.start();
  Client client = node.connect();
  client.send(std::string("GET ") + GetParam() + " HTTP/1.1\r\nHost: x\r\n\r\n");
  // The server's counter says when it gave up; only then does the client look.
  while (node.metrics().torn_responses.value() == 0) std::this_thread::yield();
  const auto answer = client.read();
  EXPECT_FALSE(answer && answer->whole);
  EXPECT_EQ(timeouts, std::string(GetParam()) == "/small-objects" ? 1 : 0);
}

INSTANTIATE_TEST_SUITE_P(Limits, SlowReader, testing::Values("/text", "/object", "/small-objects"));

TEST(Limits, AClientThatWentAwayEndsTheStream) {
  std::atomic<int> cancelled = 0;
  TestServer node;
  node.route(Verb::Get, "/endless", [&cancelled](Request&) -> Task<Result<Response>> {
    Response response(200);
    response.body = StreamBody{.produce = [&cancelled](BodySink& sink) -> Task<Status> {
      const std::string text(100'000, 'x');
      const BytesView piece = as_bytes(text);
      for (;;) {
        const auto sent = co_await sink.write(std::span(&piece, 1));
        if (!sent) {
          cancelled += sent.error().code() == Errc::Cancelled;
          co_return sent;
        }
      }
    }};
    co_return response;
  });
  node.start();
  {
    Client client = node.connect();
    client.send("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_NE(client.receive(1000), "");
  }
  while (node.metrics().torn_responses.value() == 0) std::this_thread::yield();
  EXPECT_EQ(cancelled, 1);
  EXPECT_EQ(node.log().text(), "") << "a client that leaves is no error of ours";
}

TEST(Limits, OneLargeAnswerDoesNotHoldTheLoop) {
  const auto object = FakeObject::of(pattern(8 << 20));
  TestServer node;
  node.route(Verb::Get, "/large", [object](Request&) -> Task<Result<Response>> {
    Response response(200);
    response.body = ObjectBody{object, 0, object->size()};
    co_return response;
  });
  node.route(Verb::Get, "/small", fixed_text("small"));
  node.start();
  Client large = node.connect();
  large.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(large.receive(1), "") << "under way, and then nobody reads";
  EXPECT_EQ(node.ask("GET /small HTTP/1.1\r\nHost: x\r\n\r\n").body, "small");
}

TEST(Limits, NewOnesAreForNewConnections) {
  TestServer node;
  node.route(Verb::Get, "/a", fixed_text("a"));
  node.start();
  const std::string large = "GET /a HTTP/1.1\r\nHost: x\r\nX: " + std::string(6000, 'x') + "\r\n\r\n";
  Client old = node.connect();
  old.send(large);
  ASSERT_EQ(old.read()->status, 200);
  HttpLimits limits = TestServer::short_limits();
  limits.header_bytes = 4096;
  node.server().set_limits(limits);
  old.send(large);
  EXPECT_EQ(old.read()->status, 200);
  EXPECT_EQ(node.ask(large).status, 431);
}

TEST(Limits, AsManyConnectionsAsAllowed) {
  HttpLimits limits = TestServer::short_limits();
  limits.connections = 2;
  TestServer node(limits);
  node.route(Verb::Get, "/a", fixed_text("a"));
  node.start();
  {
    Client first = node.connect();
    Client second = node.connect();
    for (Client* client : {&first, &second}) {
      client->send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
      ASSERT_EQ(client->read()->status, 200);
    }
    // One more may sit in the accept call that was already under way; none beyond.
    Client third = node.connect();
    Client fourth = node.connect();
    fourth.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_LE(node.metrics().open_connections.value(), 3);
  }
  EXPECT_EQ(node.ask("GET /a HTTP/1.1\r\nHost: x\r\n\r\n").status, 200) << "places are given back";
}

/// Takes all descriptors of the process; gives them back at the end.
class NoDescriptors {
 public:
  NoDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    rlimit few = before_;
    few.rlim_cur = 128;
    setrlimit(RLIMIT_NOFILE, &few);
    for (int fd = 0; (fd = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) taken_.push_back(fd);
  }
  ~NoDescriptors() {
    for (const int fd : taken_) close(fd);
    setrlimit(RLIMIT_NOFILE, &before_);
  }
  void free_one() {
    close(taken_.back());
    taken_.pop_back();
  }

 private:
  rlimit before_{};
  std::vector<int> taken_;
};

TEST(Limits, OutOfDescriptorsTheListenerWaits) {
  TestServer node;
  node.route(Verb::Get, "/a", fixed_text("a"));
  node.start();
  Client kept = node.connect();
  kept.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_EQ(kept.read()->status, 200);
  std::optional<Client> waiting;
  {
    NoDescriptors none;
    none.free_one();
    waiting.emplace(node.connect());  // takes the descriptor that was free: the server has none left
    waiting->send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    while (node.log().text().empty()) std::this_thread::yield();
    EXPECT_THAT(node.log().text(), HasSubstr("cannot accept a connection; trying again"));
    kept.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(kept.read()->status, 200) << "others are served meanwhile";
  }
  EXPECT_EQ(waiting->read()->status, 200);
  const auto log = node.log().text();
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << "said once";
}

TEST(Listening, AddressesThatCannotBeHadAreNamed) {
  TestServer node;
  node.start();
  const auto taken = "127.0.0.1:" + std::to_string(node.endpoint().port());
  const Router router;
  for (const auto& [address, message] : std::vector<std::pair<std::string, std::string>>{
           {taken, "cannot listen on " + taken + ": Address already in use"},
           {"127.0.0.1", "listen address \"127.0.0.1\" must be IP:PORT"},
           {"127.0.0.1:", "must be IP:PORT"},
           {"127.0.0.1:99999", "must be IP:PORT"},
           {"127.0.0.1:80x", "must be IP:PORT"},
           {"localhost:0", "must be IP:PORT"},
           {"203.0.113.7:0", "cannot listen on 203.0.113.7:0"},
       }) {
    HttpServerConfig config;
    config.listen = {"127.0.0.1:0", address};
    HttpServer server(std::move(config), router, node.loops(), node.pool(), node.log(), node.metrics());
    const auto started = server.start();
    ASSERT_FALSE(started) << address;
    EXPECT_THAT(started.error().message(), HasSubstr(message));
  }
}

/// Whether this machine can listen on the loopback address of IPv6.
bool has_ipv6() {
  boost::asio::io_context loop;
  boost::asio::ip::tcp::acceptor acceptor(loop);
  boost::system::error_code failed;
  acceptor.open(boost::asio::ip::tcp::v6(), failed);
  if (!failed) acceptor.bind({boost::asio::ip::address_v6::loopback(), 0}, failed);
  return !failed;
}

TEST(Listening, SeveralAddresses) {
  TestServer node;
  node.start();
  Router router;
  ASSERT_TRUE(router.add({.verb = Verb::Get, .pattern = "/a", .doc = "Test."}, fixed_text("a"), "test"));
  HttpServerConfig config;
  config.listen = {"127.0.0.1:0", "[::1]:0", "127.0.0.1:0"};
  HttpServer server(std::move(config), router, node.loops(), node.pool(), node.log(), node.metrics());
  const auto started = server.start();
  if (!has_ipv6()) {
    ASSERT_FALSE(started);
    EXPECT_THAT(started.error().message(), HasSubstr("[::1]:0"));
    return;
  }
  ASSERT_TRUE(started) << started.error().message();
  const auto endpoints = server.endpoints();
  ASSERT_EQ(endpoints.size(), 3u);
  for (const std::size_t i : {0u, 2u}) {
    Client client(endpoints[i]);
    client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.read()->status, 200);
  }
  EXPECT_TRUE(server.drain(Deadline::after(5s)));
}

}  // namespace
}  // namespace bryo::kernel::test
