#include <kernel/http/response_head.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bryo::kernel {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string head_of(const Response& response, HeadOptions options = {}) {
  std::string out;
  append_head(out, response, options);
  return out;
}

TEST(ResponseHead, StatusFieldsDateAndFraming) {
  Response response(404);
  response.headers.add("Ais-Name", "x");
  const auto head = head_of(response, {.framing = Framing::Length, .length = 17, .request_id = "r-1"});
  EXPECT_THAT(head, testing::StartsWith("HTTP/1.1 404 Not Found\r\nAis-Name: x\r\nX-Request-Id: r-1\r\nDate: "));
  EXPECT_THAT(head, testing::EndsWith(" GMT\r\nContent-Length: 17\r\n\r\n"));
}

TEST(ResponseHead, EveryFraming) {
  const Response response(200);
  EXPECT_THAT(head_of(response, {.framing = Framing::Chunked}), HasSubstr("Transfer-Encoding: chunked\r\n"));
  for (const auto framing : {Framing::None, Framing::UntilClose}) {
    const auto head = head_of(response, {.framing = framing});
    EXPECT_THAT(head, Not(HasSubstr("Content-Length")));
    EXPECT_THAT(head, Not(HasSubstr("Transfer-Encoding")));
  }
  EXPECT_THAT(head_of(response, {.connection = "close"}), HasSubstr("Connection: close\r\n"));
}

TEST(ResponseHead, HandlersCannotContradictTheFraming) {
  Response response(200);
  response.headers.add("content-length", "999");
  response.headers.add("Transfer-Encoding", "chunked");
  response.headers.add("connection", "close");
  response.headers.add("date", "then");
  response.headers.add("x-request-id", "mine");
  const auto head = head_of(response, {.framing = Framing::Length, .length = 1});
  for (const char* text : {"999", "chunked", "close", "then", "mine"}) EXPECT_THAT(head, Not(HasSubstr(text)));
  EXPECT_THAT(head, HasSubstr("Content-Length: 1\r\n"));
}

TEST(ResponseHead, NoValueCanEndTheHeader) {
  Response response(200);
  response.headers.add("Ais-Custom-Md", "a=b\r\nSet-Cookie: c\n\0\x7f\ttab");
  response.headers.add("Bad\r\nName", "v");
  const auto head = head_of(response);
  EXPECT_THAT(head, HasSubstr("Ais-Custom-Md: a=b  Set-Cookie: c \r\n"));
  EXPECT_THAT(head, HasSubstr("Bad  Name: v\r\n"));
}

TEST(ResponseHead, TheDateIsInTheForm) {
  EXPECT_THAT(std::string(http_date()), testing::MatchesRegex("[A-Z][a-z][a-z], [0-9][0-9] [A-Z][a-z][a-z] "
                                                              "20[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9] GMT"));
}

TEST(ResponseHead, UnknownStatusesHaveAPhraseToo) {
  EXPECT_EQ(reason_phrase(416), "Requested Range Not Satisfiable");
  EXPECT_EQ(reason_phrase(599), "Status");
}

}  // namespace
}  // namespace bryo::kernel
