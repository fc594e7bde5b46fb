#include "sdk/cli/job_waiting.h"

#include <gtest/gtest.h>

#include <atomic>

#include "../client/fake_server.h"
#include "sdk/cli/session.h"

namespace bryo::cli {
namespace {

/// Waits for job "arch-1" of a server that answers `statuses` one after the other.
Status wait_through(std::vector<std::string> statuses) {
  std::atomic<std::size_t> at{0};
  client::FakeServer server([&](const client::SeenRequest& request) {
    if (request.body.empty()) return client::reply(200);  // the body is still to come
    EXPECT_NE(request.body.find("arch-1"), std::string::npos);
    return client::reply(200, statuses[std::min(at++, statuses.size() - 1)]);
  });
  const auto client = *client::Client::open({.endpoint = server.url()});
  Console console;
  Session session(console, {});
  return wait_for_job(client, "arch-1", "objects", session);
}

TEST(JobWaiting, EndsWithTheJob) {
  const std::string running = R"({"uuid":"arch-1","kind":"archive","err":"","end_time":0,"aborted":false})";
  EXPECT_TRUE(wait_through({running, running, R"({"uuid":"arch-1","err":"","end_time":17,"aborted":false})"}));
  const auto failed = wait_through({running, R"({"uuid":"arch-1","err":"empty","end_time":17,"aborted":false})"});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message(), "job arch-1 failed: empty");
  const auto aborted = wait_through({R"({"uuid":"arch-1","err":"by user","end_time":17,"aborted":true})"});
  ASSERT_FALSE(aborted);
  EXPECT_NE(aborted.error().message().find("was aborted"), std::string::npos);
}

TEST(JobWaiting, AnInterruptLeavesTheJobAlone) {
  client::FakeServer server([](const client::SeenRequest&) { return client::reply(200, R"({"end_time":0})"); });
  const auto client = *client::Client::open({.endpoint = server.url()});
  std::stop_source stop;
  Console console;
  Session session(console, stop.get_token());
  stop.request_stop();
  const auto waited = wait_for_job(client, "arch-1", "objects", session);
  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error().code(), Errc::Cancelled);
  EXPECT_NE(waited.error().message().find("bryo show job arch-1"), std::string::npos);
}

}  // namespace
}  // namespace bryo::cli
