#include "sdk/client/src/wire_error.h"

#include <gtest/gtest.h>

#include <array>

namespace bryo::client {
namespace {

TEST(WireError, ReadsTheDocumentedShape) {
  Headers headers;
  headers.add("retry-after", "7");
  const auto error =
      decode_error(404, headers,
                   R"({"tcode":"ErrBckNotFound","message":"bucket \"ais://b\" does not exist","status":404})"
                   "\n",
                   "GET /v1/buckets/b");
  EXPECT_EQ(error.code(), Errc::NotFound);
  EXPECT_EQ(error.tcode(), "ErrBckNotFound");
  EXPECT_EQ(error.message(), "bucket \"ais://b\" does not exist");
  EXPECT_EQ(error.status(), 404);
  EXPECT_EQ(error.retry_after(), 7);
}

TEST(WireError, HeadCarriesItInAHeader) {
  Headers headers;
  headers.add("Hdr-Error", R"({"tcode":"ErrNotFound","message":"t[x]: ais://b/o does not exist","status":404})");
  const auto error = decode_error(404, headers, "", "HEAD /v1/objects/b/o");
  EXPECT_EQ(error.tcode(), "ErrNotFound");
  EXPECT_EQ(error.message(), "t[x]: ais://b/o does not exist");
}

TEST(WireError, OtherBodiesGiveASentenceToo) {
  struct Case {
    int status;
    const char* body;
    Errc code;
    const char* message;
  };
  for (const Case& c : std::to_array<Case>({
           {405, "Method Not Allowed", Errc::MethodNotAllowed, "Method Not Allowed"},
           {503, "", Errc::Unavailable, "GET /x was answered with status 503"},
           {500, "{\"message\":", Errc::Internal, "{\"message\":"},
           {500, "{\"message\":5}", Errc::Internal, "5"},
           {502, "\x01\x02\nsecond line", Errc::Unavailable, "GET /x was answered with status 502"},
           {418, "{}", Errc::InvalidArgument, "GET /x was answered with status 418"},
           {507, "full", Errc::OutOfSpace, "full"},
           {410, "gone", Errc::NotFound, "gone"},
           {500, R"({"tcode":"ErrBadCksum","message":"BAD DATA CHECKSUM"})", Errc::BadChecksum, "BAD DATA CHECKSUM"},
           {400, R"({"tcode":"never heard of","message":"m"})", Errc::InvalidArgument, "m"},
       })) {
    const auto error = decode_error(c.status, {}, c.body, "GET /x");
    EXPECT_EQ(error.code(), c.code) << c.body;
    EXPECT_EQ(error.message(), c.message);
    EXPECT_EQ(error.status(), c.status);
  }
}

TEST(WireError, TrailerIsJsonOrASentence) {
  const auto json =
      decode_trailer(R"({"tcode":"ErrNotFound","message":"t[x]: ais://b/o does not exist","status":404})");
  EXPECT_EQ(json.code(), Errc::NotFound);
  EXPECT_EQ(json.status(), 404);
  EXPECT_EQ(decode_trailer("disk failed").message(), "disk failed");
  EXPECT_EQ(decode_trailer(R"({"message":"m"})").status(), 500);
}

}  // namespace
}  // namespace bryo::client
