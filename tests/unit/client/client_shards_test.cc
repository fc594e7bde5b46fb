#include <bryo/client/client.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "fake_server.h"

namespace bryo::client {
namespace {

using nlohmann::json;

/// What one call sends to a server that answers `answer`.
template <class Call>
SeenRequest sent_by(Call call, const Reply& answer) {
  FakeServer server([&](const SeenRequest&) { return answer; });
  call(*Client::open({.endpoint = server.url(), .retry = {.attempts = 1}}));
  return server.seen().at(0);
}

const BucketName kShards{.name = "b"};

TEST(ClientShards, MembersAreAskedForByPattern) {
  const auto seen = sent_by(
      [](const Client& client) {
        EXPECT_TRUE(client.get_object(kShards, "s.tar", {.match = MemberMatch{"wdskey", "a/1&x"}, .verify = true}));
      },
      reply(200, "tar", "Ais-Checksum-Type: xxhash\r\nAis-Checksum-Value: 00\r\n"));
  EXPECT_EQ(seen.method, "GET");
  EXPECT_EQ(seen.target, "/v1/objects/b/s.tar?provider=ais&archregx=a%2F1%26x&archmode=wdskey");
}

TEST(ClientShards, AppendSaysWhetherTheShardMustExist) {
  for (const auto& [mode, flag] : {std::pair(AppendMode::MustExist, "1"), {AppendMode::Create, "2"}}) {
    const auto seen = sent_by(
        [mode = mode](const Client& client) {
          MemoryBody body("bytes");
          EXPECT_TRUE(client.append_to_shard(kShards, "s.tar", "a/1", body, mode));
        },
        reply(200));
    EXPECT_EQ(seen.method, "PUT");
    EXPECT_EQ(seen.target, "/v1/objects/b/s.tar?provider=ais&archpath=a%2F1&archmime=");
    EXPECT_EQ(seen.header("Ais-Pine"), flag);
    EXPECT_EQ(seen.body, "bytes");
  }
}

TEST(ClientShards, AnAppendIsNotSentTwice) {
  FakeServer server([](const SeenRequest&) { return reply(503); });
  const auto client =
      *Client::open({.endpoint = server.url(), .retry = {.attempts = 3, .first_wait = std::chrono::milliseconds(1)}});
  MemoryBody body("bytes");
  EXPECT_FALSE(client.append_to_shard(kShards, "s.tar", "a", body, AppendMode::Create));
  EXPECT_FALSE(client.append_to_shard(kShards, "s.tar", "", body, AppendMode::Create));
  EXPECT_EQ(server.seen().size(), 1U);
}

TEST(ClientShards, AListingWithArchivesHasTheFlag) {
  const auto seen = sent_by(
      [](const Client& client) {
        const auto page = client.list_page(kShards, {.prefix = "s.tar/a", .archives = true});
        ASSERT_TRUE(page);
        EXPECT_TRUE(page->entries.at(0).shard() && !page->entries.at(0).member());
        EXPECT_TRUE(page->entries.at(1).member() && !page->entries.at(1).shard());
      },
      reply(200, R"({"entries":[{"name":"s.tar","flags":576},{"name":"s.tar/a","size":"3","flags":192}]})",
            "Content-Type: application/json\r\n"));
  const auto value = json::parse(seen.body).at("value");
  EXPECT_EQ(value.at("flags"), std::to_string(8 + 32));
  EXPECT_EQ(value.at("prefix"), "s.tar/a");
}

TEST(ClientShards, AJobPacksWhatIsSelected) {
  ArchiveJob job{.to = {.provider = "aws", .ns_name = "n", .name = "to"}, .shard = "o.tar", .objects = {"x", "y"}};
  job.append = true;
  auto seen = sent_by([&](const Client& client) { EXPECT_EQ(*client.archive_objects(kShards, job), "arch-1"); },
                      reply(200, "arch-1"));
  EXPECT_EQ(seen.method + " " + seen.target, "PUT /v1/buckets/b?provider=ais");
  auto message = json::parse(seen.body);
  EXPECT_EQ(message.at("action"), "archive");
  EXPECT_EQ(message.at("value").at("objnames"), json({"x", "y"}));
  EXPECT_FALSE(message.at("value").contains("template"));
  EXPECT_EQ(message.at("value").at("tobck"),
            json({{"name", "to"}, {"provider", "aws"}, {"namespace", {{"uuid", ""}, {"name", "n"}}}}));
  EXPECT_EQ(message.at("value").at("aate"), true);

  job.objects.clear();
  job.selection = "x-{0..9}";
  job.recursive = false;
  seen = sent_by([&](const Client& client) { EXPECT_TRUE(client.archive_objects(kShards, job)); }, reply(200, "j"));
  message = json::parse(seen.body);
  EXPECT_EQ(message.at("value").at("template"), "x-{0..9}");
  EXPECT_FALSE(message.at("value").contains("objnames"));
  EXPECT_EQ(message.at("value").at("non-recurs"), true);
}

}  // namespace
}  // namespace bryo::client
