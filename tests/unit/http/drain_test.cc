#include "http_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>

namespace bryo::kernel::test {
namespace {

using namespace std::chrono_literals;

/// Handlers that wait until the test lets them go.
class Hold {
 public:
  RouteHandler handler() {
    return [this](Request&) -> Task<Result<Response>> {
      inside_ = true;
      inside_.notify_all();
      while (!released_) {
        co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::use_awaitable);
      }
      co_return Response::text("done");
    };
  }
  void await_inside() { inside_.wait(false); }
  void release() { released_ = true; }

 private:
  std::atomic<bool> inside_{false};
  std::atomic<bool> released_{false};
};

TEST(Drain, FinishesRunningRequestsAndClosesIdleConnections) {
  TestServer node;
  Hold hold;
  node.route(Verb::Get, "/held", hold.handler());
  node.route(Verb::Get, "/a", fixed_text("a"));
  node.start();
  Client idle = node.connect();
  idle.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_EQ(idle.read()->status, 200);
  Client fresh = node.connect();
  Client busy = node.connect();
  // The second request is in the server's hands already, but nobody has begun it.
  busy.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  hold.await_inside();
  auto drained = std::async(std::launch::async, [&] { return node.server().drain(Deadline::after(10s)); });
  EXPECT_TRUE(idle.at_end());
  EXPECT_TRUE(fresh.at_end());
  EXPECT_EQ(drained.wait_for(0s), std::future_status::timeout);
  hold.release();
  const auto answer = busy.read();
  EXPECT_EQ(answer->body, "done");
  EXPECT_EQ(answer->header("connection"), "close");
  EXPECT_TRUE(busy.at_end());
  EXPECT_TRUE(drained.get());
}

TEST(Drain, NobodyIsAcceptedAnyMore) {
  TestServer node;
  node.route(Verb::Get, "/a", fixed_text("a"));
  node.start();
  const auto endpoint = node.endpoint();
  ASSERT_TRUE(node.server().drain(Deadline::after(10s)));
  boost::asio::io_context io;
  boost::asio::ip::tcp::socket socket(io);
  boost::system::error_code refused;
  socket.connect(endpoint, refused);
  EXPECT_EQ(refused, boost::asio::error::connection_refused);
}

TEST(Drain, HasAnEndWhenAClientDoesNotRead) {
  TestServer node;
  node.route(Verb::Get, "/endless", [](Request&) -> Task<Result<Response>> {
    Response response(200);
    response.body = StreamBody{.produce = [](BodySink& sink) -> Task<Status> {
      const std::string text(1 << 20, 'x');
      const BytesView piece = as_bytes(text);
      for (;;) BRYO_CO_CHECK(co_await sink.write(std::span(&piece, 1)));
    }};
    co_return response;
  });
  node.start();
  Client client = node.connect();
  client.send("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_NE(client.receive(1), "");
  const auto drained = node.server().drain(Deadline::after(20ms));
  ASSERT_FALSE(drained);
  EXPECT_EQ(drained.error().code(), Errc::Timeout);
  EXPECT_EQ(node.metrics().open_connections.value(), 0);
}

TEST(Drain, EndsABodyThatDoesNotCome) {
  TestServer node;
  node.route(Verb::Put, "/a", fixed_text("a"));
  node.start();
  Client client = node.connect();
  client.send("PUT /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n");
  EXPECT_EQ(client.read_head(), "HTTP/1.1 100 Continue\n");
  EXPECT_FALSE(node.server().drain(Deadline::after(20ms)));
  EXPECT_EQ(node.metrics().open_connections.value(), 0);
}

TEST(Drain, TheDestructorDrainsToo) {
  Client* left = nullptr;
  std::optional<Client> client;
  {
    TestServer node;
    node.route(Verb::Get, "/a", fixed_text("a"));
    node.start();
    client.emplace(node.connect());
    client->send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_EQ(client->read()->status, 200);
    left = &*client;
  }
  EXPECT_TRUE(left->at_end());
}

}  // namespace
}  // namespace bryo::kernel::test
