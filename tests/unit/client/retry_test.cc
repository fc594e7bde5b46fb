#include "sdk/client/src/retry.h"

#include <gtest/gtest.h>

#include <thread>

namespace bryo::client {
namespace {

using std::chrono::milliseconds;

TEST(Retry, OnlyWhatMayPassAndDoesNoHarm) {
  EXPECT_TRUE(repeat_after_failure(Errc::Unavailable, Repeat::IfRefused)) << "nothing was sent";
  EXPECT_TRUE(repeat_after_failure(Errc::Io, Repeat::Always));
  EXPECT_FALSE(repeat_after_failure(Errc::Io, Repeat::IfRefused)) << "the server may have done it";
  EXPECT_FALSE(repeat_after_failure(Errc::Timeout, Repeat::Always));
  EXPECT_FALSE(repeat_after_failure(Errc::Cancelled, Repeat::Always));
  for (const int status : {502, 503, 504}) {
    EXPECT_TRUE(repeat_after_status(status, Repeat::Always)) << status;
    EXPECT_FALSE(repeat_after_status(status, Repeat::IfRefused)) << status;
  }
  EXPECT_TRUE(repeat_after_status(429, Repeat::IfRefused));
  for (const int status : {400, 404, 409, 500, 501, 507})
    EXPECT_FALSE(repeat_after_status(status, Repeat::Always)) << status;
}

TEST(Retry, WaitsDoubleUpToTheLongest) {
  const RetryPolicy policy{.first_wait = milliseconds(100), .longest_wait = milliseconds(1000)};
  EXPECT_EQ(retry_wait(policy, 1, 0, 0.5), milliseconds(100));
  EXPECT_EQ(retry_wait(policy, 2, 0, 0.5), milliseconds(200));
  EXPECT_EQ(retry_wait(policy, 3, 0, 0.5), milliseconds(400));
  EXPECT_EQ(retry_wait(policy, 1000, 0, 0.5), milliseconds(1000));
  EXPECT_EQ(retry_wait(policy, 1, 0, 0.0), milliseconds(75));
  EXPECT_EQ(retry_wait(policy, 1000, 0, 0.999), milliseconds(1000)) << "never longer than the longest";
}

TEST(Retry, ServerMaySayHowLong) {
  const RetryPolicy policy{.longest_wait = milliseconds(5000)};
  EXPECT_EQ(retry_wait(policy, 4, 2, 0.9), milliseconds(2000));
  EXPECT_EQ(retry_wait(policy, 1, 3600, 0.0), milliseconds(5000)) << "bounded";
}

TEST(Retry, ReadsRetryAfter) {
  EXPECT_EQ(parse_retry_after("12"), 12);
  EXPECT_EQ(parse_retry_after(""), 0);
  EXPECT_EQ(parse_retry_after("-3"), 0);
  EXPECT_EQ(parse_retry_after("soon"), 0);
  EXPECT_EQ(parse_retry_after("99999999"), 86'400);
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT"), 0) << "in the past";
  EXPECT_EQ(parse_retry_after("Fri, 01 Jan 2100 00:00:00 GMT"), 86'400);
}

TEST(Retry, WaitingEndsWhenStopped) {
  std::stop_source stop;
  std::jthread stopper([&stop] { stop.request_stop(); });
  EXPECT_EQ(wait_for(std::chrono::hours(1), stop.get_token()).error().code(), Errc::Cancelled);
}

}  // namespace
}  // namespace bryo::client
