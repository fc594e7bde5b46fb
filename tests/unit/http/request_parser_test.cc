#include <kernel/http/request_parser.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <array>

namespace bryo::kernel {
namespace {

using testing::HasSubstr;

/// What a connection does: keeps what is not consumed, adds what arrives, `piece` bytes at a time.
class Feeder {
 public:
  explicit Feeder(std::string wire, std::size_t piece = SIZE_MAX, std::size_t limit = 65536)
      : parser_(limit), wire_(std::move(wire)), piece_(piece) {
    parser_.start(request_);
  }
  /// True when the header is complete; the error otherwise. Empty: more input is wanted than there is.
  std::optional<Status> header() {
    for (;;) {
      const auto step = parser_.header(buffer_);
      if (!step) return Status(step.error());
      buffer_.erase(0, step->consumed);
      if (step->complete) return Status{};
      if (!arrive()) return std::nullopt;
    }
  }
  std::optional<Result<std::string>> chunks(std::size_t room = SIZE_MAX) {
    std::string body;
    std::vector<std::byte> out(std::min<std::size_t>(room, 1 << 16));
    for (;;) {
      const auto step = parser_.chunk(buffer_, out);
      if (!step) return Result<std::string>(step.error());
      buffer_.erase(0, step->consumed);
      body.append(as_text(BytesView(out).first(step->produced)));
      if (step->complete) return Result<std::string>(body);
      if (step->produced == 0 && !arrive()) return std::nullopt;
    }
  }
  Request& request() { return request_; }
  RequestParser& parser() { return parser_; }
  [[nodiscard]] std::string rest() const { return buffer_ + wire_.substr(at_); }

 private:
  bool arrive() {
    if (at_ == wire_.size()) return false;
    const auto n = std::min(piece_, wire_.size() - at_);
    buffer_.append(wire_, at_, n);
    at_ += n;
    return true;
  }
  Request request_;
  RequestParser parser_;
  std::string buffer_;
  const std::string wire_;
  std::size_t at_ = 0;
  const std::size_t piece_;
};

TEST(RequestParser, TheSameInPiecesOfAnySize) {
  const std::string wire =
      "\r\nPATCH /v1/objects/b/o?a=b HTTP/1.1\r\nHost: x:1\r\nX-Long:   spaces around  \r\n"
      "Content-Length: 5\r\nEmpty:\r\n\r\nhelloGET / HTTP/1.1\r\n";
  for (std::size_t piece = 1; piece <= wire.size(); ++piece) {
    Feeder feeder(wire, piece);
    const auto done = feeder.header();
    ASSERT_TRUE(done && *done) << piece;
    const Request& request = feeder.request();
    EXPECT_EQ(request.verb, Verb::Patch);
    EXPECT_EQ(request.target, "/v1/objects/b/o?a=b");
    EXPECT_EQ(request.headers.fields().size(), 4u);
    EXPECT_EQ(request.headers.get("x-long"), "spaces around");
    EXPECT_EQ(request.headers.get("Empty"), "");
    EXPECT_EQ(request.content_length, 5u);
    EXPECT_TRUE(feeder.parser().keep_alive());
    EXPECT_FALSE(feeder.parser().chunked());
    EXPECT_EQ(feeder.rest(), "helloGET / HTTP/1.1\r\n") << piece;
  }
}

TEST(RequestParser, Facts) {
  struct Case {
    const char* wire;
    bool keep_alive, http_1_0, chunked, expects;
  };
  for (const Case& c : std::to_array<Case>({
           {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", true, false, false, false},
           {"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", false, false, false, false},
           {"GET / HTTP/1.1\r\nHost: x\r\nConnection: Close, TE\r\n\r\n", false, false, false, false},
           {"GET / HTTP/1.0\r\n\r\n", false, true, false, false},
           {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true, true, false, false},
           {"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n", true, false, true, false},
           {"PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n", true, false, false, true},
           {"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", true, false, false, false},
       })) {
    Feeder feeder(c.wire);
    const auto done = feeder.header();
    ASSERT_TRUE(done && *done) << c.wire;
    EXPECT_EQ(feeder.parser().keep_alive(), c.keep_alive) << c.wire;
    EXPECT_EQ(feeder.parser().http_1_0(), c.http_1_0) << c.wire;
    EXPECT_EQ(feeder.parser().chunked(), c.chunked) << c.wire;
    EXPECT_EQ(feeder.parser().expects_continue(), c.expects) << c.wire;
  }
}

TEST(RequestParser, UnknownMethodsAreKnownToBeUnknown) {
  Feeder feeder("BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto done = feeder.header();
  ASSERT_TRUE(done && *done);
  EXPECT_FALSE(feeder.parser().known_method());
  EXPECT_EQ(feeder.parser().method(), "BREW");
}

TEST(RequestParser, RefusesMalformedHeaders) {
  struct Case {
    std::string wire;
    int status;
  };
  const std::string start = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (const Case& c : std::to_array<Case>({
           {"\x16\x03\x01\x02", 400},
           {"get / HTTP/1.1\r\n", 400},
           {"GET /\r\n", 400},
           {"GET / HTTP/2.0\r\n", 400},
           {"GET / HTTP/1.2\r\n", 400},
           {"GET / FTP/1.1\r\n", 400},
           {"GET  / HTTP/1.1\r\n", 400},
           {"GET /a b HTTP/1.1\r\n", 400},
           {"GET / HTTP/1.1\n", 400},
           {"GET /a\x01 HTTP/1.1\r\n", 400},
           {"GET / HTTP/1.1\r\n\r\n", 400},
           {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
           {start + "no colon\r\n\r\n", 400},
           {start + "Space : x\r\n\r\n", 400},
           {start + ": x\r\n\r\n", 400},
           {start + "X: a\x01\r\n\r\n", 400},
           {start + "X: y\nZ: w\r\n\r\n", 400},
           {start + "Content-Length: x\r\n\r\n", 400},
           {start + "Content-Length: -1\r\n\r\n", 400},
           {start + "Content-Length: +1\r\n\r\n", 400},
           {start + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
           {start + "Content-Length: 99999999999999999999\r\n\r\n", 400},
           {start + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
           {start + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", 400},
           {start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
           {start + "Transfer-Encoding: gzip\r\n\r\n", 501},
           {start + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501},
           {start + "Transfer-Encoding: chunked, gzip\r\n\r\n", 501},
           {start + "Transfer-Encoding: identity\r\n\r\n", 501},
           {start + "Transfer-Encoding: \r\n\r\n", 501},
           {"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
       })) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, SIZE_MAX}) {
      Feeder feeder(c.wire, piece);
      const auto done = feeder.header();
      ASSERT_TRUE(done) << "still waiting: " << c.wire;
      ASSERT_FALSE(*done) << "accepted: " << c.wire;
      EXPECT_EQ(done->error().status(), c.status) << c.wire;
    }
  }
}

TEST(RequestParser, TheHeaderHasALimit) {
  const std::string fits = "GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(1000 - 32, 'x') + "\r\n\r\n";
  ASSERT_EQ(fits.size(), 1000u);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{100}, SIZE_MAX}) {
    Feeder exact(fits, piece, 1000);
    const auto done = exact.header();
    ASSERT_TRUE(done && *done) << piece;
    for (const std::string& longer : {
             "GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(1001 - 32, 'x') + "\r\n\r\n",
             "GET /" + std::string(2000, 'x'),
             "GET / HTTP/1.1\r\n" + std::string(2000, 'x'),
             std::string(2000, 'G'),
             "\r\n\r\n" + fits,
         }) {
      Feeder feeder(longer, piece, 1000);
      const auto refused = feeder.header();
      ASSERT_TRUE(refused && !*refused) << longer.substr(0, 40) << " in pieces of " << piece;
      EXPECT_EQ(refused->error().status(), 431);
      EXPECT_EQ(refused->error().message(), "header longer than 1000 bytes");
    }
  }
}

TEST(RequestParser, HasWaitedForMoreWithoutComplaint) {
  for (const char* wire : {"", "\r", "G", "GET / HTTP/1.1", "GET / HTTP/1.1\r", "GET / HTTP/1.1\r\nHost: x\r\n\r"}) {
    Feeder feeder(wire);
    EXPECT_FALSE(feeder.header()) << wire;
  }
}

const std::string kChunkedHeader = "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST(RequestParser, ChunksInPiecesOfAnySize) {
  struct Case {
    std::string wire;
    std::string body;
  };
  for (const Case& c : std::to_array<Case>({
           {"0\r\n\r\n", ""},
           {"5\r\nhello\r\n0\r\n\r\n", "hello"},
           {"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "hello world"},
           {"00005\r\nhello\r\n000\r\n\r\n", "hello"},
           {"a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789"},
           {"5;ext=1;q=\"a b\"\r\nhello\r\n0;last\r\n\r\n", "hello"},
           {"4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n"},
           {"1\r\nx\r\n0\r\nTrailer-A: 1\r\nHost: evil\r\n\r\n", "x"},
       })) {
    const std::string wire = kChunkedHeader + c.wire + "NEXT";
    for (std::size_t piece = 1; piece < c.wire.size() + 4; ++piece) {
      for (const std::size_t room : {std::size_t{1}, std::size_t{3}, SIZE_MAX}) {
        Feeder feeder(wire, piece);
        const auto header = feeder.header();
        ASSERT_TRUE(header && *header);
        const auto body = feeder.chunks(room);
        ASSERT_TRUE(body && *body) << c.wire << " piece " << piece << " room " << room;
        EXPECT_EQ(**body, c.body);
        EXPECT_EQ(feeder.rest(), "NEXT");
        EXPECT_EQ(feeder.request().headers.fields().size(), 2u) << "trailers do not become headers";
        EXPECT_EQ(feeder.request().headers.get("host"), "x");
      }
    }
  }
}

TEST(RequestParser, RefusesMalformedChunks) {
  for (const std::string wire : {
           "x\r\nhello\r\n",
           "-1\r\nhello",
           "5hello\r\n",
           "5 \r\nhello\r\n",
           " 5\r\nhello\r\n",
           "0x5\r\nhello\r\n\r\n",
           "\r\n\r\n\r\n",
           "3\r\nhello\r\n0\r\n\r\n",
           "5\r\nhelloo\r\n0\r\n\r\n",
           "fffffffffffffffff\r\nhello",
           "ffffffffffffffffffffffffffff\r\nhello",
           "0\r\nbad trailer\r\n\r\n",
           "0\r\nContent-Length: 7\r\n\r\n",
           "5;=\r\nhello\r\n0\r\n\r\n",
       }) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{4}, SIZE_MAX}) {
      Feeder feeder(kChunkedHeader + wire, piece);
      const auto header = feeder.header();
      ASSERT_TRUE(header && *header);
      const auto body = feeder.chunks();
      ASSERT_TRUE(body) << "still waiting: " << wire << " in pieces of " << piece;
      ASSERT_FALSE(*body) << "accepted: " << wire;
      EXPECT_EQ(body->error().status(), 400);
      EXPECT_THAT(body->error().message(), HasSubstr("malformed request: chunked body: ")) << wire;
    }
  }
}

TEST(RequestParser, AHugeChunkSizeIsOnlyANumber) {
  Feeder feeder(kChunkedHeader + "ffffffffffffffff\r\nhello");
  const auto header = feeder.header();
  ASSERT_TRUE(header && *header);
  EXPECT_FALSE(feeder.chunks()) << "waits for the rest";
}

TEST(RequestParser, OneAfterTheOther) {
  RequestParser parser(65536);
  Request request;
  for (int i = 0; i < 3; ++i) {
    request.headers.clear();
    request.content_length.reset();
    parser.start(request);
    const auto step = parser.header("GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_TRUE(step);
    EXPECT_TRUE(step->complete);
    EXPECT_EQ(request.target, "/" + std::to_string(i));
    EXPECT_EQ(parser.method(), "GET");
  }
}

}  // namespace
}  // namespace bryo::kernel
