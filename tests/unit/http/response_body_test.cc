#include "fake_object.h"
#include "http_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>

namespace bryo::kernel::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Produce = std::function<Task<Status>(BodySink&)>;

RouteHandler object_handler(std::shared_ptr<FakeObject> object) {
  return [object](Request& request) -> Task<Result<Response>> {
    const auto offset = std::stoull(std::string(request.query.get("o").value_or("0")));
    const auto length =
        request.query.get("l") ? std::stoull(std::string(*request.query.get("l"))) : object->size() - offset;
    Response response(200);
    response.headers.add("Content-Type", "application/octet-stream");
    response.body = ObjectBody{object, offset, length};
    co_return response;
  };
}

RouteHandler stream_handler(Produce produce, std::optional<std::uint64_t> length = {}) {
  return [produce = std::move(produce), length](Request&) -> Task<Result<Response>> {
    Response response(200);
    response.headers.add("Content-Type", "application/x-tar");
    response.body = StreamBody{.length = length, .produce = produce};
    co_return response;
  };
}

Task<Status> write_text(BodySink& sink, std::string text) {
  const BytesView piece = as_bytes(text);
  co_return co_await sink.write(std::span(&piece, 1));
}

std::string get(const std::string& path, const char* verb = "GET") {
  return std::string(verb) + " " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
}

TEST(ObjectBodies, OfManySizesWarmAndCold) {
  const auto content = pattern(5'000'000);
  const auto warm = FakeObject::of(content);
  const auto cold = FakeObject::of(content);
  cold->make_cold();
  TestServer node;
  node.route(Verb::Get, "/warm", object_handler(warm));
  node.route(Verb::Head, "/warm", object_handler(warm));
  node.route(Verb::Get, "/cold", object_handler(cold));
  node.start();
  Client client = node.connect();
  for (const std::size_t length :
       {0ul, 1ul, 4096ul, 65535ul, 65536ul, 65537ul, 1'048'576ul, 1'048'577ul, 4'999'000ul}) {
    for (const char* path : {"/warm", "/cold"}) {
      client.send(get(path + std::string("?o=999&l=") + std::to_string(length)));
      const auto answer = client.read();
      ASSERT_TRUE(answer);
      EXPECT_EQ(answer->header("content-length"), std::to_string(length));
      EXPECT_EQ(answer->header("content-type"), "application/octet-stream");
      EXPECT_TRUE(answer->body == content.substr(999, length)) << path << " " << length;
    }
    client.send(get("/warm?o=999&l=" + std::to_string(length), "HEAD"));
    const auto head = client.read(true);
    EXPECT_EQ(head->header("content-length"), std::to_string(length));
  }
  EXPECT_EQ(warm->awaited_reads(), 0);
  EXPECT_GT(cold->awaited_reads(), 0);
}

TEST(ObjectBodies, ADiskErrorBeforeTheFirstByteIsAnError) {
  const auto object = FakeObject::of(pattern(60'000));
  object->break_disk();
  TestServer node;
  node.route(Verb::Get, "/o", object_handler(object));
  node.start();
  Client client = node.connect();
  client.send(get("/o"));
  const auto answer = client.read();
  EXPECT_EQ(answer->status, 500);
  EXPECT_THAT(answer->body, HasSubstr("the disk of object x failed"));
  object->make_cold();
  client.send(get("/o"));
  EXPECT_EQ(client.read()->status, 500) << "and the connection lives on";
  EXPECT_EQ(node.metrics().torn_responses.value(), 0u);
}

TEST(ObjectBodies, AFileThatBecameShorterTearsTheConnection) {
  const auto object = FakeObject::of(pattern(3'000'000), 4'000'000);
  TestServer node;
  node.route(Verb::Get, "/o", object_handler(object));
  node.start();
  Client client = node.connect();
  client.send(get("/o"));
  const auto answer = client.read();
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->whole);
  EXPECT_TRUE(client.was_reset());
  // It depends on the kernel's bookkeeping whether the pool or sendfile finds out.
  EXPECT_THAT(node.log().text(),
              testing::AnyOf(HasSubstr("a file that was being sent became shorter"), HasSubstr("object x is cut")));
}

TEST(StreamBodies, ChunksAndTrailers) {
  TestServer node;
  node.route(Verb::Get, "/s", [](Request&) -> Task<Result<Response>> {
    Response response(200);
    response.headers.add("Trailer", "Ais-Error, Ais-Count");
    response.body = StreamBody{.produce = [](BodySink& sink) -> Task<Status> {
      std::string a = "first ";
      std::string b = "chunk";
      const std::array<BytesView, 3> pieces{as_bytes(a), BytesView(), as_bytes(b)};
      BRYO_CO_CHECK(co_await sink.write(pieces));
      BRYO_CO_CHECK(co_await sink.write({}));
      BRYO_CO_CHECK(co_await write_text(sink, " second"));
      sink.trailer("Ais-Error", "ais://b/o\r\nis missing");
      sink.trailer("Ais-Count", "2");
      co_return Status{};
    }};
    co_return response;
  });
  node.start();
  Client client = node.connect();
  for (int i = 0; i < 2; ++i) {
    client.send(get("/s"));
    const auto answer = client.read();
    ASSERT_TRUE(answer && answer->whole);
    EXPECT_EQ(answer->header("transfer-encoding"), "chunked");
    EXPECT_EQ(answer->header("content-length"), "");
    EXPECT_EQ(answer->header("trailer"), "Ais-Error, Ais-Count");
    EXPECT_EQ(answer->body, "first chunk second");
    EXPECT_THAT(answer->chunks, ElementsAre(11u, 7u));
    EXPECT_EQ(answer->trailers.at("ais-error"), "ais://b/o  is missing");
    EXPECT_EQ(answer->trailers.at("ais-count"), "2");
  }
}

TEST(StreamBodies, AnEmptyStreamIsAnEmptyBody) {
  TestServer node;
  node.route(Verb::Get, "/s", stream_handler([](BodySink&) -> Task<Status> { co_return Status{}; }));
  node.route(Verb::Head, "/s", stream_handler([](BodySink&) -> Task<Status> {
               ADD_FAILURE() << "HEAD needs no body";
               co_return Status{};
             }));
  node.start();
  Client client = node.connect();
  client.send(get("/s") + get("/s", "HEAD") + get("/s"));
  EXPECT_TRUE(client.read()->whole);
  EXPECT_EQ(client.read(true)->status, 200);
  EXPECT_TRUE(client.read()->whole);
}

TEST(StreamBodies, ObjectsAmongThePieces) {
  const auto content = pattern(3'000'000);
  const auto object = FakeObject::of(content);
  const Produce produce = [object](BodySink& sink) -> Task<Status> {
    std::string head = "<";
    for (const std::uint64_t length : {0ul, 10ul, 60'000ul, 70'000ul, 2'500'000ul}) {
      BRYO_CO_CHECK(co_await sink.send_object(as_bytes(head), object, 7, length));
      BRYO_CO_CHECK(co_await write_text(sink, ">"));
    }
    BRYO_CO_CHECK(co_await sink.send_object({}, object, 0, 5));
    co_return Status{};
  };
  std::string expected;
  for (const std::size_t length : {0ul, 10ul, 60'000ul, 70'000ul, 2'500'000ul})
    expected += "<" + content.substr(7, length) + ">";
  expected += content.substr(0, 5);
  TestServer node;
  node.route(Verb::Get, "/chunked", stream_handler(produce));
  node.route(Verb::Get, "/known", stream_handler(produce, expected.size()));
  node.start();
  Client client = node.connect();
  for (const char* path : {"/chunked", "/known", "/chunked"}) {
    client.send(get(path));
    const auto answer = client.read();
    ASSERT_TRUE(answer && answer->whole) << path;
    EXPECT_TRUE(answer->body == expected) << path;
  }
}

TEST(StreamBodies, MorePiecesThanOneCallTakes) {
  TestServer node;
  node.route(Verb::Get, "/s", stream_handler([](BodySink& sink) -> Task<Status> {
               std::vector<std::string> texts;
               std::vector<BytesView> pieces;
               for (int i = 0; i < 5000; ++i) texts.push_back(std::to_string(i) + " ");
               for (const auto& text : texts) pieces.push_back(as_bytes(text));
               co_return co_await sink.write(pieces);
             }));
  node.start();
  std::string expected;
  for (int i = 0; i < 5000; ++i) expected += std::to_string(i) + " ";
  const auto answer = node.ask(get("/s"));
  EXPECT_EQ(answer.body, expected);
  EXPECT_THAT(answer.chunks, ElementsAre(expected.size()));
}

TEST(StreamBodies, TheLastWriteCarriesTheEnd) {
  TestServer node;
  node.route(Verb::Get, "/s", stream_handler([](BodySink& sink) -> Task<Status> {
               sink.trailer("T", "v");
               const BytesView piece = as_bytes("all of it");
               BRYO_CO_CHECK(co_await sink.write_last(std::span(&piece, 1)));
               const auto late = co_await sink.write(std::span(&piece, 1));
               EXPECT_FALSE(late);
               EXPECT_EQ(late.error().message(), "a response was written to after its last piece");
               co_return Status{};
             }));
  node.start();
  Client client = node.connect();
  for (int i = 0; i < 2; ++i) {
    client.send(get("/s"));
    const auto answer = client.read();
    ASSERT_TRUE(answer && answer->whole);
    EXPECT_EQ(answer->body, "all of it");
    EXPECT_EQ(answer->trailers.at("t"), "v");
  }
}

TEST(StreamBodies, AWriteWithoutBytesSendsTheHeader) {
  TestServer node;
  std::atomic<bool> header_seen = false;
  node.route(Verb::Get, "/s", stream_handler([&header_seen](BodySink& sink) -> Task<Status> {
               BRYO_CO_CHECK(co_await sink.write({}));
               while (!header_seen) {
                 co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::use_awaitable);
               }
               co_return co_await write_text(sink, "late");
             }));
  node.start();
  Client client = node.connect();
  client.send(get("/s"));
  EXPECT_THAT(client.read_head(), HasSubstr("Transfer-Encoding: chunked"));
  header_seen = true;
  EXPECT_EQ(client.receive(9), "4\r\nlate\r\n");
}

TEST(StreamBodies, AFailureBeforeTheFirstByteIsAnErrorAnswer) {
  TestServer node;
  node.route(Verb::Get, "/fails", stream_handler([](BodySink&) -> Task<Status> {
               co_return Error(Errc::NotFound, "t[g1t]: ais://b/o does not exist", "ErrNotFound");
             }));
  node.route(Verb::Get, "/throws", stream_handler([](BodySink&) -> Task<Status> {
               throw std::runtime_error("boom");
               co_return Status{};
             }));
  node.start();
  Client client = node.connect();
  client.send(get("/fails"));
  const auto failed = client.read();
  EXPECT_EQ(failed->status, 404);
  EXPECT_THAT(failed->body, HasSubstr(R"("tcode":"ErrNotFound")"));
  EXPECT_EQ(failed->header("transfer-encoding"), "");
  client.send(get("/throws"));
  EXPECT_EQ(client.read()->status, 500);
  EXPECT_EQ(node.metrics().handler_exceptions.value(), 1u);
}

TEST(StreamBodies, AFailureLaterTearsTheConnection) {
  const auto object = FakeObject::of("short", 4'000'000);
  const Produce fails = [](BodySink& sink) -> Task<Status> {
    BRYO_CO_CHECK(co_await write_text(sink, "a part"));
    co_return Error(Errc::Io, "disk sda is gone");
  };
  const Produce throws = [](BodySink& sink) -> Task<Status> {
    BRYO_CO_CHECK(co_await write_text(sink, "a part"));
    throw std::runtime_error("boom");
  };
  TestServer node;
  node.route(Verb::Get, "/fails", stream_handler(fails));
  node.route(Verb::Get, "/throws", stream_handler(throws));
  node.route(Verb::Get, "/known", stream_handler(fails, 100));
  node.start();
  for (const char* path : {"/fails", "/throws", "/known"}) {
    Client client = node.connect();
    client.send(get(path));
    const auto answer = client.read();
    EXPECT_FALSE(answer && answer->whole) << path;
    EXPECT_TRUE(client.was_reset()) << path;
  }
  EXPECT_EQ(node.metrics().torn_responses.value(), 3u);
  EXPECT_THAT(node.log().text(), HasSubstr("disk sda is gone"));
}

TEST(StreamBodies, AKnownLengthIsKept) {
  const auto writes = [](std::string text) -> Produce {
    return [text](BodySink& sink) -> Task<Status> { co_return co_await write_text(sink, text); };
  };
  TestServer node;
  node.route(Verb::Get, "/exact", stream_handler(writes("12345"), 5));
  node.route(Verb::Head, "/exact", stream_handler(writes("12345"), 5));
  node.route(Verb::Get, "/short", stream_handler(writes("1234"), 5));
  node.route(Verb::Get, "/long", stream_handler(writes("123456"), 5));
  node.start();
  const auto exact = node.ask(get("/exact"));
  EXPECT_EQ(exact.body, "12345");
  EXPECT_EQ(exact.header("content-length"), "5");
  EXPECT_EQ(node.ask(get("/exact", "HEAD"), true).header("content-length"), "5");
  EXPECT_EQ(node.ask(get("/long")).status, 500) << "noticed before anything was sent";
  Client client = node.connect();
  client.send(get("/short"));
  const auto shorter = client.read();
  EXPECT_FALSE(shorter && shorter->whole);
  EXPECT_TRUE(client.was_reset());
  EXPECT_THAT(node.log().text(), HasSubstr("a response ended 1 bytes before its promised length"));
}

TEST(StreamBodies, Http10EndsWithTheConnection) {
  TestServer node;
  node.route(Verb::Get, "/s", stream_handler([](BodySink& sink) -> Task<Status> {
               sink.trailer("T", "lost");
               BRYO_CO_CHECK(co_await write_text(sink, "one "));
               co_return co_await write_text(sink, "two");
             }));
  node.start();
  const auto answer = node.ask("GET /s HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(answer.body, "one two");
  EXPECT_EQ(answer.header("transfer-encoding"), "");
  EXPECT_EQ(answer.header("connection"), "close");
}

TEST(HeadAnswers, NeverHaveABody) {
  TestServer node;
  node.route(Verb::Head, "/text", fixed_text("twelve bytes"));
  node.route(Verb::Head, "/told", [](Request&) -> Task<Result<Response>> {
    Response response(200);
    response.headers.add("Content-Length", "16384");
    co_return response;
  });
  node.route(Verb::Head, "/bare", [](Request&) -> Task<Result<Response>> { co_return Response(200); });
  node.start();
  Client client = node.connect();
  client.send(get("/text", "HEAD") + get("/told", "HEAD") + get("/bare", "HEAD") + get("/none", "HEAD"));
  EXPECT_EQ(client.read(true)->header("content-length"), "12");
  EXPECT_EQ(client.read(true)->header("content-length"), "16384");
  EXPECT_EQ(client.read(true)->headers.count("content-length"), 0u);
  const auto unknown = client.read(true);
  EXPECT_EQ(unknown->status, 400);
  EXPECT_THAT(unknown->header("hdr-error"), HasSubstr("invalid request URI: 'HEAD /none'"));
  client.shut_down_sending();
  EXPECT_EQ(client.read_all(), "");
}

TEST(Answers, WithoutABodyByTheirStatus) {
  TestServer node;
  node.route(Verb::Get, "/204", [](Request&) -> Task<Result<Response>> {
    Response response(204);
    response.body = "must not be sent";
    co_return response;
  });
  node.route(Verb::Get, "/next", fixed_text("next"));
  node.start();
  Client client = node.connect();
  client.send(get("/204") + get("/next"));
  const auto none = client.read();
  EXPECT_EQ(none->status, 204);
  EXPECT_EQ(none->headers.count("content-length"), 0u);
  EXPECT_EQ(client.read()->body, "next");
}

}  // namespace
}  // namespace bryo::kernel::test
