#include "sdk/client/src/multipart_input.h"

#include <gtest/gtest.h>

#include "piecewise_input.h"

namespace bryo::client {
namespace {

constexpr std::string_view kBody =
    "--B0\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n{\"out\":[]}\n\r\n"
    "--B0\r\nContent-Type: application/octet-stream\r\n\r\narchive \r\n--B \r\n--B1 \r\n bytes\r\n--B0--\r\n";

TEST(MultipartInput, GivesThePartsInEveryPieceSize) {
  for (std::size_t piece = 1; piece < kBody.size() + 1; ++piece) {
    PiecewiseInput input(kBody, piece);
    MultipartInput parts(input, "B0");
    ASSERT_EQ(**parts.next_part(), "Content-Disposition: form-data; name=\"metadata\"");
    EXPECT_EQ(*read_all(parts, 1000), "{\"out\":[]}\n");
    ASSERT_EQ(**parts.next_part(), "Content-Type: application/octet-stream");
    EXPECT_EQ(*read_all(parts, 1000), "archive \r\n--B \r\n--B1 \r\n bytes");
    EXPECT_FALSE((*parts.next_part()).has_value());
  }
}

TEST(MultipartInput, SkipsWhatIsUnread) {
  PiecewiseInput input(kBody, 5);
  MultipartInput parts(input, "B0");
  EXPECT_TRUE((*parts.next_part()).has_value());
  EXPECT_TRUE((*parts.next_part()).has_value());
  EXPECT_FALSE((*parts.next_part()).has_value());
}

TEST(MultipartInput, StoppingEarlyIsAnErrorAtEveryByte) {
  const auto last = kBody.find("--B0--") + 6;
  for (std::size_t size = 0; size < last; ++size) {
    PiecewiseInput input(kBody.substr(0, size), 1000);
    MultipartInput parts(input, "B0");
    Status status;
    while (true) {
      const auto part = parts.next_part();
      if (!part) {
        status = part.error();
        break;
      }
      if (!*part) break;
    }
    ASSERT_FALSE(status) << size;
    EXPECT_EQ(status.error().message(), "the multipart answer stops before its last boundary");
  }
}

TEST(MultipartInput, EndlessHeadIsRefused) {
  PiecewiseInput input("--B0\r\n" + std::string(100'000, 'x'), 4096);
  MultipartInput parts(input, "B0");
  EXPECT_EQ(parts.next_part().error().message(), "a part of the answer has a head over 16 KiB");
}

TEST(MultipartInput, FindsTheBoundary) {
  EXPECT_EQ(MultipartInput::boundary_of("multipart/mixed; boundary=abc"), "abc");
  EXPECT_EQ(MultipartInput::boundary_of("multipart/mixed; boundary=\"a b\"; x=y"), "a b");
  EXPECT_EQ(MultipartInput::boundary_of("multipart/mixed; boundary=abc; x=y"), "abc");
  EXPECT_EQ(MultipartInput::boundary_of("multipart/mixed"), "");
  EXPECT_EQ(MultipartInput::boundary_of("application/x-tar; boundary=abc"), "");
}

}  // namespace
}  // namespace bryo::client
