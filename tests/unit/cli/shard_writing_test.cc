#include "sdk/cli/shard_writing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "../client/fake_server.h"
#include "../client/tar_fixture.h"
#include "sdk/cli/session.h"
#include "sdk/cli/shard_members.h"

namespace bryo::cli {
namespace {

/// Shards s-0.tar, s-1.tar, ... of one sample each: a.x, b.x, ... of three bytes.
struct Planned {
  explicit Planned(int count) {
    for (int i = 0; i < count; ++i) {
      const std::string key(1, static_cast<char>('a' + i));
      samples.push_back({key, {{key + ".x", 3, 0}}});
    }
    plan = *plan_shards(samples, {.limits = {.samples = 1}, .names = {*parse_shard_names("b/s-%d.tar", "")}});
  }
  std::vector<Sample> samples;
  ShardPlan plan;
};

class BatchSource final : public SampleSource {
 public:
  explicit BatchSource(client::Client client) : client_(std::move(client)) {}
  Result<std::optional<SampleFile>> next() override { return std::optional<SampleFile>(); }
  std::unique_ptr<client::ArchiveMembers> members(const PlannedShard& shard) const override {
    return std::make_unique<BatchMembers>(client_, BucketName{.name = "raw"}, shard);
  }

 private:
  client::Client client_;
};

struct Written {
  WrittenShards result;
  std::size_t puts = 0;
};

/// Writes three shards, of which `answer` says what becomes; one at a time.
Written write_three(const std::function<client::Reply(const client::SeenRequest&)>& answer) {
  client::FakeServer server(answer);
  const auto client = *client::Client::open({.endpoint = server.url(), .retry = {.attempts = 1}});
  const Planned planned(3);
  std::vector<const PlannedShard*> shards;
  for (const auto& shard : planned.plan.shards) shards.push_back(&shard);
  Console console;
  Session session(console, {});
  const BatchSource source(client);
  const auto written = write_shards(client, BucketName{.name = "b"}, source, shards, 1, session);
  EXPECT_TRUE(written);
  const auto seen = server.seen();
  return {*written, static_cast<std::size_t>(std::count_if(
                        seen.begin(), seen.end(), [](const auto& request) { return request.method == "PUT"; }))};
}

/// The batch that answers a request for one object of `size` bytes.
client::Reply batch_of(const client::SeenRequest& request, std::size_t size) {
  if (request.body.empty()) return client::reply(200);  // the body is still to come
  const auto name = request.body.substr(request.body.find("\"objname\":\"") + 11, 3);
  return client::chunked(client::tar_file(name, std::string(size, 'x')) + client::tar_end(), 700);
}

TEST(ShardWriting, OneShardThatFailsDoesNotStopTheRest) {
  const auto written = write_three([](const client::SeenRequest& request) {
    if (request.method == "GET") return batch_of(request, 3);
    return client::reply(request.target.find("s-1") == std::string::npos ? 200 : 400);
  });
  EXPECT_EQ(written.result.shards, 2U);
  EXPECT_EQ(written.result.failed, 1U);
  EXPECT_EQ(written.result.bytes, 6U);
  EXPECT_EQ(written.puts, 3U);
}

TEST(ShardWriting, AFullStoreIsNotAskedForEveryShard) {
  const auto written = write_three([](const client::SeenRequest& request) {
    return request.method == "GET" ? batch_of(request, 3) : client::reply(507);
  });
  EXPECT_EQ(written.result.failed, 3U);
  EXPECT_EQ(written.puts, 1U);
}

TEST(ShardWriting, AnObjectThatChangedFailsItsShard) {
  const auto written = write_three([](const client::SeenRequest& request) {
    if (request.method != "GET") return client::reply(200);
    return batch_of(request, request.body.find("b.x") == std::string::npos ? 3 : 4);
  });
  EXPECT_EQ(written.result.shards, 2U);
  EXPECT_EQ(written.result.failed, 1U);
}

}  // namespace
}  // namespace bryo::cli
