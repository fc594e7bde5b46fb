#include <bryo/client/transport.h>
#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "fake_server.h"
#include "piecewise_input.h"

namespace bryo::client {
namespace {

using std::chrono::milliseconds;

class TransportTest : public testing::Test {
 protected:
  Result<std::string> get(const std::string& url, HttpLimits limits = {}) {
    BRYO_TRY(exchange, transport_->send({.url = url}, nullptr, limits));
    return read_all(*exchange, std::size_t{1} << 28);
  }
  std::shared_ptr<Transport> transport_ = make_curl_transport();
};

TEST_F(TransportTest, ConnectionsAreReused) {
  FakeServer server([](const SeenRequest&) { return reply(200, "hello"); });
  for (int i = 0; i < 5; ++i) EXPECT_EQ(*get(server.url() + "/x"), "hello");
  ASSERT_EQ(server.seen().size(), 5U);
  for (const auto& request : server.seen()) EXPECT_EQ(request.connection, 0);
}

TEST_F(TransportTest, AKeptConnectionThatDiedIsReplaced) {
  FakeServer server([](const SeenRequest& request) {
    auto answer = reply(200, request.body);
    answer.close = true;  // without saying so
    return answer;
  });
  for (int i = 0; i < 3; ++i) {
    const std::string text(1000, 'a');
    MemoryBody body(text);
    auto exchange = transport_->send({.method = "PUT", .url = server.url() + "/x"}, &body, {});
    ASSERT_TRUE(exchange) << exchange.error().message();
    EXPECT_EQ(*read_all(**exchange, 10'000), text);
  }
}

TEST_F(TransportTest, ABigBodyIsPulledNotCollected) {
  const std::string big(std::size_t{8} << 20, 'b');
  FakeServer server([&](const SeenRequest&) { return chunked(big, 100'000); });
  auto exchange = transport_->send({.url = server.url() + "/x"}, nullptr, {});
  ASSERT_TRUE(exchange);
  std::string got;
  std::array<std::byte, 777> buffer;
  while (true) {
    const auto n = (*exchange)->read(buffer);
    ASSERT_TRUE(n) << n.error().message();
    if (*n == 0) break;
    got += text_of(std::span(buffer).first(*n));
  }
  EXPECT_EQ(got, big);
  EXPECT_EQ(*(*exchange)->read(buffer), 0U) << "the end stays the end";
}

TEST_F(TransportTest, BodiesOnGetAndHeaders) {
  FakeServer server([](const SeenRequest& request) { return reply(200, request.body, "X-One: 1\r\nx-empty:\r\n"); });
  MemoryBody body("question");
  HttpRequest request{.method = "GET", .url = server.url() + "/a%20b?q=%25"};
  request.headers.add("X-Own", "value");
  auto exchange = transport_->send(request, &body, {});
  ASSERT_TRUE(exchange);
  EXPECT_EQ((*exchange)->status(), 200);
  EXPECT_EQ((*exchange)->headers().get("x-ONE"), "1");
  EXPECT_TRUE((*exchange)->headers().has("X-Empty"));
  EXPECT_EQ(*read_all(**exchange, 100), "question");
  const auto seen = server.seen().at(0);
  EXPECT_EQ(seen.method, "GET");
  EXPECT_EQ(seen.target, "/a%20b?q=%25");
  EXPECT_EQ(seen.header("X-Own"), "value");
  EXPECT_EQ(seen.header("Content-Length"), "8");
}

TEST_F(TransportTest, UnknownLengthIsSentInChunks) {
  FakeServer server([](const SeenRequest& request) { return reply(200, std::to_string(request.body.size())); });
  const std::string big(300'000, 's');
  PiecewiseInput input(big, 1000);
  StreamBody body(input);
  auto exchange = transport_->send({.method = "PUT", .url = server.url() + "/x"}, &body, {});
  ASSERT_TRUE(exchange) << exchange.error().message();
  EXPECT_EQ(*read_all(**exchange, 100), "300000");
  EXPECT_EQ(server.seen().at(0).header("Transfer-Encoding"), "chunked");
  EXPECT_EQ(server.seen().at(0).body, big);
}

TEST_F(TransportTest, TrailersComeAfterTheEnd) {
  FakeServer server(
      [](const SeenRequest&) { return chunked("data", 2, "Trailer: Bryo-Error\r\n", "Bryo-Error: late\r\n"); });
  auto exchange = transport_->send({.url = server.url() + "/x"}, nullptr, {});
  ASSERT_TRUE(exchange);
  EXPECT_EQ(*read_all(**exchange, 100), "data");
  EXPECT_EQ((*exchange)->trailers().get("Bryo-Error"), "late");
  EXPECT_FALSE((*exchange)->headers().has("Bryo-Error"));
}

TEST_F(TransportTest, HeadHasNoBody) {
  FakeServer server(
      [](const SeenRequest&) { return Reply{"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nA: b\r\n\r\n"}; });
  for (int i = 0; i < 2; ++i) {
    auto exchange = transport_->send({.method = "HEAD", .url = server.url() + "/x"}, nullptr, {});
    ASSERT_TRUE(exchange);
    EXPECT_EQ(*read_all(**exchange, 100), "");
    EXPECT_EQ((*exchange)->headers().get("Content-Length"), "1000");
  }
  EXPECT_EQ(server.seen().at(1).connection, 0);
}

TEST_F(TransportTest, NobodyThereIsUnavailable) {
  const auto url = dead_url();
  const auto got = get(url + "/x");
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code(), Errc::Unavailable);
  EXPECT_TRUE(got.error().message().starts_with("no node answers at " + url)) << got.error().message();
}

TEST_F(TransportTest, ABodyThatStopsEarlyIsAnError) {
  FakeServer server([](const SeenRequest& request) {
    if (request.target == "/length") return Reply{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", true};
    if (request.target == "/chunks")
      return Reply{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", true};
    return Reply{"", true};
  });
  for (const char* target : {"/length", "/chunks", "/nothing"}) {
    const auto got = get(server.url() + target);
    ASSERT_FALSE(got) << target;
    EXPECT_EQ(got.error().code(), Errc::Io) << target;
    EXPECT_NE(got.error().message().find("broke after"), std::string::npos) << got.error().message();
  }
}

TEST_F(TransportTest, ASilentServerIsATimeout) {
  FakeServer server([](const SeenRequest& request) {
    Reply answer = request.target == "/head" ? Reply{} : Reply{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"};
    answer.hang = true;
    return answer;
  });
  for (const char* target : {"/head", "/body"}) {
    const auto stalled = get(server.url() + target, {.stall = milliseconds(30)});
    ASSERT_FALSE(stalled);
    EXPECT_EQ(stalled.error().code(), Errc::Timeout);
    EXPECT_EQ(stalled.error().message(),
              server.url() + " sent nothing for 30 ms; the node hangs or the network is down");
    const auto late = get(server.url() + target, {.deadline = std::chrono::steady_clock::now() + milliseconds(30)});
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code(), Errc::Timeout);
  }
}

TEST_F(TransportTest, StopEndsTheWait) {
  FakeServer server([](const SeenRequest&) {
    Reply answer;
    answer.hang = true;
    return answer;
  });
  std::stop_source stop;
  std::jthread stopper([&] {
    while (server.seen().empty()) std::this_thread::yield();
    stop.request_stop();
  });
  const auto got = get(server.url() + "/x", {.stop = stop.get_token()});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code(), Errc::Cancelled);
}

TEST_F(TransportTest, StopEndsABodyThatIsThereAlready) {
  FakeServer server([](const SeenRequest&) { return reply(200, "0123456789"); });
  std::stop_source stop;
  auto exchange = transport_->send({.method = "GET", .url = server.url() + "/x"}, nullptr, {.stop = stop.get_token()});
  ASSERT_TRUE(exchange) << exchange.error().message();
  std::array<std::byte, 4> buffer{};
  ASSERT_TRUE((*exchange)->read(buffer));
  stop.request_stop();
  const auto after = (*exchange)->read(buffer);
  ASSERT_FALSE(after);
  EXPECT_EQ(after.error().code(), Errc::Cancelled);
}

TEST_F(TransportTest, AnEarlyRefusalEndsTheUpload) {
  FakeServer server([](const SeenRequest&) {
    auto answer = reply(307, "", "Location: /elsewhere\r\nConnection: close\r\n");
    answer.before_body = true;
    answer.close = true;
    return answer;
  });
  const std::string big(std::size_t{4} << 20, 'x');
  PiecewiseInput input(big, 4096);
  StreamBody body(input);
  auto exchange = transport_->send({.method = "PUT", .url = server.url() + "/x"}, &body, {});
  ASSERT_TRUE(exchange) << exchange.error().message();
  EXPECT_EQ((*exchange)->status(), 307);
  EXPECT_TRUE(body.rewind()) << "nothing of the stream was used: the client waits for 100 Continue";
}

TEST_F(TransportTest, AFailingBodyIsTheErrorOfTheRequest) {
  class Broken final : public ByteInput {
    Result<std::size_t> read(std::span<std::byte>) override { return Error(Errc::Io, "the disk is gone"); }
  };
  FakeServer server([](const SeenRequest&) { return reply(200); });
  Broken input;
  StreamBody body(input);
  const auto sent = transport_->send({.method = "PUT", .url = server.url() + "/x"}, &body, {});
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().message(), "the disk is gone");
}

TEST_F(TransportTest, ManyThreadsShareOneTransport) {
  FakeServer server([](const SeenRequest& request) { return reply(200, request.target); });
  std::vector<std::jthread> threads;
  std::atomic<int> right{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        const auto target = "/" + std::to_string(t) + "/" + std::to_string(i);
        const auto got = get(server.url() + target);
        if (got && *got == target) ++right;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(right, 160);
}

}  // namespace
}  // namespace bryo::client
