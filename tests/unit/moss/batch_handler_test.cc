#include "batch_handler.h"

#include <gmock/gmock.h>

#include "batch_fixture.h"

namespace bryo::moss {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

/// A body that comes in small pieces, and may end in a failure.
class SlowBody final : public ByteSource {
 public:
  SlowBody(std::string text, std::size_t piece, std::optional<Error> end = {})
      : text_(std::move(text)), piece_(piece), end_(std::move(end)) {}
  Task<Result<std::size_t>> read(MutableBytes out) override {
    const auto n = std::min({out.size(), text_.size() - at_, piece_});
    if (n == 0 && end_) co_return *end_;
    std::memcpy(out.data(), text_.data() + at_, n);
    at_ += n;
    co_return n;
  }
  [[nodiscard]] std::size_t taken() const { return at_; }

 private:
  const std::string text_;
  const std::size_t piece_;
  const std::optional<Error> end_;
  std::size_t at_ = 0;
};

class BatchHandlerTest : public BatchFixture {
 protected:
  BatchHandlerTest() { host_.object_store.put(*b_, "o", "content"); }
  Result<Response> ask_with(ByteSource* body, std::optional<std::uint64_t> length = {}) {
    request_ = {};
    request_.path = "/v1/ml/moss/b";
    request_.rest = "b";
    request_.body_stream = body;
    request_.content_length = length;
    return testing::run(handler_.handle(request_));
  }
  /// A request of about so many bytes.
  static std::string request_of(std::size_t bytes) {
    return body_of({object("o")}, "\"strm\":true,\"unknown\":\"" + std::string(bytes, 'x') + "\"");
  }
};

TEST_F(BatchHandlerTest, WithoutMemoryItIsRepeatedLater) {
  // Each thing that a batch takes memory for is refused in turn; the last of them are the sizes of its entries.
  const auto whole = body_of(std::vector<std::string>(10'000, object("o")));
  std::uint64_t limit = 0;
  std::uint64_t refusals = 0;
  for (;; limit += 32 << 10) {
    host_.memory_meter.limit = limit;
    const auto response = ask(whole);
    if (response) {
      testing::MemorySink sink;
      EXPECT_TRUE(produce(*response, sink));
      break;
    }
    ++refusals;
    EXPECT_EQ(response.error().status(), 429);
    EXPECT_EQ(response.error().retry_after(), 1);
    EXPECT_EQ(response.error().tcode(), "ErrTooManyRequests");
    EXPECT_THAT(response.error().message(),
                MatchesRegex("x-get-batch\\[gbt-Ab3dEf9hI\\]-ais://b: wid=\"testp-[A-Za-z0-9]{5}\" rejected due to "
                             "resource pressure \\(no memory for get-batch\\)"));
    expect_nothing_held();
    ASSERT_LT(limit, 64u << 20);
  }
  EXPECT_GT(refusals, 2);
  EXPECT_EQ(service_.metrics.failed.value(), refusals);
}

TEST_F(BatchHandlerTest, ABodyMayNotTakeMoreThanTheBudgetWhateverItAnnounces) {
  host_.memory_meter.limit = 3 << 20;
  SlowBody announced(request_of(8 << 20), 4096);
  const auto refused = ask_with(&announced, 8 << 20);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status(), 429);
  SlowBody silent(request_of(8 << 20), 4096);
  EXPECT_EQ(ask_with(&silent).error().status(), 429);
  EXPECT_LT(silent.taken(), 2u << 20);
  expect_nothing_held();
}

TEST_F(BatchHandlerTest, TooManyAtATime) {
  registrar_.set_option("max_pending", std::int64_t{2});
  const auto whole = body_of({object("o")}, "\"strm\":true");
  {
    const auto first = ask(whole), second = ask(whole);
    ASSERT_TRUE(first && second);
    EXPECT_EQ(service_.metrics.in_flight.value(), 2);
    const auto third = ask(whole);
    ASSERT_FALSE(third);
    EXPECT_EQ(third.error().status(), 429);
    EXPECT_EQ(third.error().retry_after(), 1);
    EXPECT_THAT(third.error().message(), HasSubstr(" rejected: pending=2"));
  }
  EXPECT_TRUE(ask(whole));
  expect_nothing_held();
}

TEST_F(BatchHandlerTest, BodiesOfEveryLengthInPiecesOfEveryLength) {
  for (const std::size_t size : {100u, 65'000u, 65'536u, 70'000u, 300'000u, 2'100'000u}) {
    for (const std::size_t piece : {1000u, 65'536u, 10'000'000u}) {
      const auto text = request_of(size);
      SlowBody chunked(text, piece);
      EXPECT_TRUE(ask_with(&chunked)) << size << " " << piece;
      SlowBody announced(text, piece);
      EXPECT_TRUE(ask_with(&announced, text.size())) << size << " " << piece;
    }
  }
  expect_nothing_held();
}

TEST_F(BatchHandlerTest, LargeBodiesAreRefusedBeforeTheyAreRead) {
  registrar_.set_option("max_body", 64_KiB);
  SlowBody announced(request_of(100'000), 1000);
  const auto refused = ask_with(&announced, 100'000);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status(), 413);
  EXPECT_THAT(refused.error().message(), HasSubstr("65536 bytes: split it, or raise [plugin.moss] max_body"));
  EXPECT_EQ(announced.taken(), 0u);
  SlowBody silent(request_of(1'000'000), 1000);
  EXPECT_EQ(ask_with(&silent).error().status(), 413);
  EXPECT_LT(silent.taken(), 70'000u);
  const auto exact = request_of(65'536 - request_of(0).size());
  ASSERT_EQ(exact.size(), 65'536u);
  SlowBody fits(exact, 1000);
  EXPECT_TRUE(ask_with(&fits));
  expect_nothing_held();
}

TEST_F(BatchHandlerTest, NoBody) {
  EXPECT_EQ(ask_with(nullptr).error().status(), 400);
  SlowBody empty("", 1);
  EXPECT_EQ(ask_with(&empty, 0).error().status(), 400);
  EXPECT_EQ(ask_with(&empty).error().status(), 400);
  SlowBody cut(R"({"in":[{"objname":"o"}])", 5, Error(Errc::Timeout, "the client stopped sending"));
  EXPECT_EQ(ask_with(&cut).error().code(), Errc::Timeout);
  expect_nothing_held();
}

// get-batch.md section 5: what is wrong is told in the order in which the reference looks.
TEST_F(BatchHandlerTest, WhichOfManyMistakesIsTold) {
  const auto why = [this](const std::string& entry, const std::string& flags, const char* bucket = "b") {
    const auto response = ask(body_of({entry}, flags), bucket);
    return response ? "<none>" : response.error().message();
  };
  const std::string wrong_flag = "\"strm\":1", wrong_mime = "\"mime\":\".rar\"";
  EXPECT_EQ(why("\"objname\":1", wrong_flag, "nope"), "bucket \"ais://nope\" does not exist");
  EXPECT_THAT(why("\"objname\":1", wrong_flag), HasSubstr("must be a string"));
  EXPECT_EQ(why(object("o", "\"bucket\":\"nope\""), wrong_flag), "bucket \"ais://nope\" does not exist");
  EXPECT_THAT(why(object("nope"), wrong_flag), HasSubstr("t[testt]: failed to unmarshal"));
  EXPECT_EQ(why(object("nope"), wrong_mime), "unknown mime type \".rar\"");
  EXPECT_EQ(why(object("o", "\"start\":8,\"length\":1"), ""), "size=7: not satisfiable range [start=8,length=1]");
  expect_nothing_held();
}

TEST_F(BatchHandlerTest, AFormatThatIsOnlyRead) {
  auto format = tar_format();
  format.spec.name = ".read";
  format.spec.extensions = {".read"};
  format.make_writer = nullptr;
  host_.archive_store.add(format);
  const auto refused = ask(body_of({object("o")}, "\"mime\":\".read\""));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status(), 501);
  EXPECT_EQ(refused.error().message(), "archives of format .read can be read here, not written");
}

}  // namespace
}  // namespace bryo::moss
