#include <bryo/client/client.h>
#include <gtest/gtest.h>

#include <atomic>
#include <nlohmann/json.hpp>

#include "fake_server.h"
#include "piecewise_input.h"

namespace bryo::client {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

const BucketName kBucket{.name = "b"};

Client client_of(const std::string& url, int attempts = 3) {
  return *Client::open(
      {.endpoint = url,
       .retry = {.attempts = attempts, .first_wait = milliseconds(1), .longest_wait = milliseconds(5)}});
}

std::string not_found(std::string_view message, std::string_view tcode) {
  return json{{"message", message}, {"tcode", tcode}, {"status", 404}}.dump();
}

TEST(ClientRedirect, KeepsMethodBodyAndHeaders) {
  for (const int status : {301, 302, 307, 308}) {
    FakeServer target([](const SeenRequest&) { return reply(200, "", "Ais-Version: 3\r\n"); });
    FakeServer gateway([&](const SeenRequest& request) {
      return reply(status, "<a>moved</a>", "Location: " + target.url() + request.target + "&pid=p1&utm=x\r\n");
    });
    MemoryBody body("bytes");
    const auto info =
        client_of(gateway.url()).put_object(kBucket, "d/ü o", body, {.checksum_type = "md5", .checksum = "00"});
    ASSERT_TRUE(info) << info.error().message();
    EXPECT_EQ(info->version, "3");
    const auto seen = target.seen().at(0);
    EXPECT_EQ(seen.method, "PUT");
    EXPECT_EQ(seen.body, "bytes");
    EXPECT_EQ(seen.target, "/v1/objects/b/d/%C3%BC%20o?provider=ais&pid=p1&utm=x");
    EXPECT_EQ(seen.header("Ais-Checksum-Type"), "md5");
    EXPECT_EQ(seen.header("User-Agent"), "bryo");
  }
}

TEST(ClientRedirect, GoesOnlyWhereItMay) {
  std::string location;
  FakeServer server([&](const SeenRequest& request) {
    return request.target.starts_with("/second") ? reply(200) : reply(307, "", "Location: " + location + "\r\n");
  });
  const auto client = client_of(server.url(), 1);
  location = "/second";
  EXPECT_TRUE(client.health());
  for (const char* bad : {"file:///etc/passwd", "ftp://h/x", "//h/x", "javascript:1"}) {
    location = bad;
    const auto health = client.health();
    ASSERT_FALSE(health) << bad;
    EXPECT_NE(health.error().message().find(bad), std::string::npos) << health.error().message();
  }
  location = "/v1/health";
  EXPECT_NE(client.health().error().message().find("redirects again after 5 redirects"), std::string::npos);
  location = "";
  EXPECT_NE(client.health().error().message().find("redirects to nowhere"), std::string::npos);
}

TEST(ClientRedirect, AStreamThatWasUsedCannotFollow) {
  FakeServer server([](const SeenRequest&) { return reply(307, "", "Location: /other\r\n"); });
  PiecewiseInput input("some bytes", 4);
  StreamBody body(input);
  const auto put = client_of(server.url()).put_object(kBucket, "o", body);
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().code(), Errc::Unsupported);
  EXPECT_NE(put.error().message().find("send a file instead of a stream"), std::string::npos);
}

TEST(ClientRetry, RepeatsWhatMayPass) {
  std::atomic<int> calls{0};
  FakeServer server([&](const SeenRequest&) {
    const int call = calls++;
    if (call == 0) return Reply{"", true};
    if (call == 1) return reply(503, "", "Retry-After: 0\r\n");
    return reply(200, "", "Ais-Node-Uptime: 12\r\nAis-Cluster-Uptime: 34\r\n");
  });
  const auto health = client_of(server.url()).health();
  ASSERT_TRUE(health) << health.error().message();
  EXPECT_EQ(health->node_uptime_ns, 12U);
  EXPECT_EQ(health->cluster_uptime_ns, 34U);
  EXPECT_EQ(calls, 3);
}

TEST(ClientRetry, SendsTheBodyAgainFromItsStart) {
  std::atomic<int> calls{0};
  FakeServer server([&](const SeenRequest& request) {
    if (request.body.empty()) return reply(200);
    return calls++ < 2 ? reply(502) : reply(200);
  });
  MemoryBody body("the same bytes");
  ASSERT_TRUE(client_of(server.url()).put_object(kBucket, "o", body));
  const auto seen = server.seen();
  ASSERT_EQ(seen.size(), 3U);
  for (const auto& request : seen) EXPECT_EQ(request.body, "the same bytes");
}

TEST(ClientRetry, GivesUpWithTheServersReason) {
  FakeServer server([](const SeenRequest&) {
    return reply(429, json{{"message", "too many"}, {"tcode", "ErrTooManyRequests"}, {"status", 429}}.dump());
  });
  const auto health = client_of(server.url()).health();
  ASSERT_FALSE(health);
  EXPECT_EQ(health.error().code(), Errc::TooManyRequests);
  EXPECT_EQ(health.error().message(), "too many");
  EXPECT_EQ(server.seen().size(), 3U);
}

TEST(ClientRetry, NotWhenItCouldDoHarm) {
  FakeServer server([](const SeenRequest&) { return reply(503); });
  const auto client = client_of(server.url());
  EXPECT_FALSE(client.create_bucket(kBucket));
  EXPECT_FALSE(client.remove_object(kBucket, "o"));
  PiecewiseInput input("x", 1);
  StreamBody once(input);
  EXPECT_FALSE(client.put_object(kBucket, "o", once));
  EXPECT_EQ(server.seen().size(), 3U);
}

TEST(ClientRetry, NotBeyondTheDeadline) {
  FakeServer server([](const SeenRequest&) { return reply(503, "", "Retry-After: 3600\r\n"); });
  const auto client = *Client::open({.endpoint = server.url(), .retry = {.longest_wait = std::chrono::hours(2)}});
  const auto health = client.with({.timeout = std::chrono::seconds(30)}).health();
  ASSERT_FALSE(health);
  EXPECT_EQ(health.error().status(), 503) << "at once: the wait would be longer than the time allowed";
}

TEST(ClientBuckets, CreateListDestroy) {
  FakeServer server([](const SeenRequest& request) {
    if (request.method == "POST" && request.target.starts_with("/v1/buckets/there")) {
      return reply(409, json{{"message", "bucket \"ais://there\" already exists"}, {"status", 409}}.dump());
    }
    if (request.method == "HEAD") return reply(200, "", "Ais-Bucket-Props: {\"bid\":\"1\"}\r\n");
    if (request.method != "GET") return reply(200);
    return reply(200, R"([{"name":"b","provider":"ais","namespace":{"uuid":"","name":""}},
                          {"name":"c","provider":"aws","namespace":{"uuid":"u","name":"n"}}])");
  });
  const auto client = client_of(server.url());
  EXPECT_TRUE(client.create_bucket(kBucket));
  EXPECT_EQ(server.seen().at(0).target, "/v1/buckets/b?provider=ais");
  EXPECT_EQ(json::parse(server.seen().at(0).body).at("action"), "create-bck");
  EXPECT_EQ(client.create_bucket({.name = "there"}).error().code(), Errc::Conflict);
  EXPECT_FALSE(client.create_bucket({.name = "no/slash"}));
  EXPECT_EQ(*client.bucket_props(kBucket), R"({"bid":"1"})");
  const auto buckets = client.list_buckets();
  ASSERT_TRUE(buckets);
  EXPECT_EQ(*buckets, (std::vector<BucketName>{{.name = "b"}, {"aws", "u", "n", "c"}}));
  EXPECT_TRUE(client.destroy_bucket({"ais", "", "ns", "b"}));
  EXPECT_EQ(server.seen().back().target, "/v1/buckets/b?provider=ais&namespace=%40%23ns");
  EXPECT_EQ(server.seen().back().method, "DELETE");
}

TEST(ClientBuckets, NullIsAnEmptyList) {
  FakeServer server([](const SeenRequest&) { return reply(200, "null\n"); });
  EXPECT_TRUE(client_of(server.url()).list_buckets("ais")->empty());
}

TEST(ClientObjects, GetVerifiesWhenAsked) {
  const std::string right = "Ais-Checksum-Type: xxhash2\r\nAis-Checksum-Value: 5215e13b207d6d8c\r\nAis-Version: 2\r\n";
  const std::string wrong = "Ais-Checksum-Type: xxhash2\r\nAis-Checksum-Value: 0000000000000000\r\n";
  FakeServer server([&](const SeenRequest& request) {
    return reply(200, "hello world\n", request.target.starts_with("/v1/objects/b/right") ? right : wrong);
  });
  const auto client = client_of(server.url());
  auto good = client.get_object(kBucket, "right", {.verify = true});
  ASSERT_TRUE(good);
  EXPECT_TRUE(good->verified());
  EXPECT_EQ(good->size(), 12U);
  EXPECT_EQ(good->info().version, "2");
  EXPECT_EQ(*read_all(*good, 100), "hello world\n");
  auto bad = client.get_object(kBucket, "wrong", {.verify = true});
  ASSERT_TRUE(bad);
  const auto read = read_all(*bad, 100);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code(), Errc::BadChecksum);
  EXPECT_EQ(read.error().message(),
            "ais://b/wrong arrived with xxhash2 5215e13b207d6d8c, the server announced 0000000000000000");
  auto careless = client.get_object(kBucket, "wrong");
  EXPECT_EQ(*read_all(*careless, 100), "hello world\n");
}

TEST(ClientObjects, GetAsksForRangesAndMembers) {
  FakeServer server([](const SeenRequest& request) {
    return request.header("Range").empty() ? reply(200, "whole") : reply(206, "part");
  });
  const auto client = client_of(server.url());
  struct Case {
    GetOptions options;
    const char* range;
    const char* target;
  };
  for (const Case& c : std::to_array<Case>({
           {{}, "", "/v1/objects/b/o?provider=ais"},
           {{.range = {5, 10}}, "bytes=5-14", "/v1/objects/b/o?provider=ais"},
           {{.range = {5, -1}}, "bytes=5-", "/v1/objects/b/o?provider=ais"},
           {{.range = {0, 4}}, "bytes=0-3", "/v1/objects/b/o?provider=ais"},
           {{.archpath = "a/b&c"}, "", "/v1/objects/b/o?provider=ais&archpath=a%2Fb%26c"},
       })) {
    ASSERT_TRUE(client.get_object(kBucket, "o", c.options));
    EXPECT_EQ(server.seen().back().header("Range"), c.range);
    EXPECT_EQ(server.seen().back().target, c.target);
  }
}

TEST(ClientObjects, AWholeObjectIsNoAnswerToARange) {
  FakeServer server([](const SeenRequest&) { return reply(200, "whole"); });
  const auto got = client_of(server.url()).get_object(kBucket, "o", {.range = {1, 2}});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().message(), "the server answered a range of ais://b/o with the whole object");
}

TEST(ClientObjects, HeadPutRemove) {
  FakeServer server([](const SeenRequest& request) {
    if (request.method == "HEAD" && request.target.starts_with("/v1/objects/b/gone")) {
      return Reply{"HTTP/1.1 404 x\r\nHdr-Error: " + not_found("t[x]: ais://b/gone does not exist", "ErrNotFound") +
                   "\r\n\r\n"};
    }
    if (request.method == "HEAD") {
      return Reply{
          "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nAis-Atime: 99\r\nAis-Custom-Md: k=v=w\r\nais-custom-md: "
          "l=m\r\n\r\n"};
    }
    return reply(200);
  });
  const auto client = client_of(server.url());
  const auto info = client.head_object(kBucket, "o");
  ASSERT_TRUE(info);
  EXPECT_EQ(info->size, 7U);
  EXPECT_EQ(info->atime_ns, 99);
  EXPECT_EQ(info->custom, (std::vector<std::pair<std::string, std::string>>{{"k", "v=w"}, {"l", "m"}}));
  const auto gone = client.head_object(kBucket, "gone");
  EXPECT_EQ(gone.error().message(), "t[x]: ais://b/gone does not exist");
  EXPECT_EQ(gone.error().tcode(), "ErrNotFound");
  MemoryBody empty("");
  EXPECT_TRUE(client.put_object(kBucket, "o", empty, {.custom = {{"k", "v"}}}));
  EXPECT_EQ(server.seen().back().header("Content-Length"), "0");
  EXPECT_EQ(server.seen().back().header("Ais-Custom-Md"), "k=v");
  EXPECT_TRUE(client.remove_object(kBucket, "o"));
  EXPECT_EQ(server.seen().back().method, "DELETE");
}

TEST(ClientObjects, NothingIsSentForANameThatCannotBe) {
  FakeServer server([](const SeenRequest&) { return reply(200); });
  const auto client = client_of(server.url());
  MemoryBody body("x");
  for (const std::string& name : std::vector<std::string>{"", "a/", "a/../b", "~/x", std::string(3000, 'n')}) {
    EXPECT_FALSE(client.get_object(kBucket, name));
    EXPECT_FALSE(client.put_object(kBucket, name, body));
    EXPECT_FALSE(client.remove_object(kBucket, name));
  }
  const auto split = client.put_object(kBucket, "o", body, {.custom = {{"k", "v\r\nX-Evil: 1"}}});
  EXPECT_EQ(split.error().message(), "custom metadata \"k\" has a line end or NUL, which no header can carry");
  EXPECT_TRUE(server.seen().empty());
}

json page_json(bool packed, std::vector<std::pair<std::string, int>> names, const std::string& token) {
  json entries = json::array();
  for (const auto& [name, size] : names) {
    if (packed) {
      entries.push_back({{"n", name}, {"s", size}, {"cs", "c5"}, {"f", 64}});
    } else {
      entries.push_back({{"name", name}, {"size", std::to_string(size)}, {"checksum", "c5"}, {"flags", 64}});
    }
  }
  if (packed) return {{"UUID", "L1"}, {"ContinuationToken", token}, {"Entries", entries}, {"Flags", 0}};
  return {{"uuid", "L1"}, {"continuation_token", token}, {"entries", entries}, {"flags", 0}};
}

class ListingTest : public testing::TestWithParam<bool> {};

TEST_P(ListingTest, WalksThePages) {
  FakeServer server([](const SeenRequest& request) {
    if (request.body.empty()) return reply(200);
    const auto value = json::parse(request.body).at("value");
    const auto page = value.at("continuation_token") == "" ? page_json(GetParam(), {{"a", 1}, {"b", 0}}, "b")
                                                           : page_json(GetParam(), {{"c", 70'000}}, "");
    if (!GetParam()) return reply(200, page.dump(), "Content-Type: application/json; charset=utf-8\r\n");
    const auto bytes = json::to_msgpack(page);
    return reply(200, {reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                 "Content-Type: application/msgpack\r\n");
  });
  ObjectIterator objects(client_of(server.url()), kBucket, {.prefix = "p", .start_after = "0"});
  std::vector<std::pair<std::string, std::uint64_t>> got;
  while (true) {
    auto object = objects.next();
    ASSERT_TRUE(object) << object.error().message();
    if (!*object) break;
    got.emplace_back((*object)->name, (*object)->size);
    EXPECT_EQ((*object)->checksum, "c5");
    EXPECT_FALSE((*object)->folder());
  }
  EXPECT_EQ(got, (std::vector<std::pair<std::string, std::uint64_t>>{{"a", 1}, {"b", 0}, {"c", 70'000}}));
  ASSERT_EQ(server.seen().size(), 2U);
  const auto first = json::parse(server.seen()[0].body).at("value");
  const auto second = json::parse(server.seen()[1].body).at("value");
  EXPECT_EQ(first.at("start_after"), "0");
  EXPECT_EQ(first.at("uuid"), "");
  EXPECT_TRUE(first.at("flags").is_string());
  EXPECT_EQ(second.at("uuid"), "L1");
  EXPECT_EQ(second.at("continuation_token"), "b");
  EXPECT_FALSE(second.contains("start_after")) << "only on the first page";
}
INSTANTIATE_TEST_SUITE_P(Encodings, ListingTest, testing::Bool());

TEST(ClientListing, DamagedPagesAreErrors) {
  std::string body;
  FakeServer server([&](const SeenRequest&) { return reply(200, body, "Content-Type: application/msgpack\r\n"); });
  const auto client = client_of(server.url(), 1);
  for (const std::string& bad : {std::string("\x84\xa4UUID"), std::string("{}"), std::string("\xff\xff")}) {
    body = bad;
    const auto page = client.list_page(kBucket, {});
    EXPECT_TRUE(!page || page->entries.empty());
  }
  body.clear();
  EXPECT_FALSE(client.list_page(kBucket, {}));
}

TEST(ClientListing, ATokenThatRepeatsIsAnError) {
  FakeServer server([](const SeenRequest&) { return reply(200, page_json(false, {{"a", 1}}, "a").dump()); });
  ObjectIterator objects(client_of(server.url()), kBucket, {});
  EXPECT_TRUE((*objects.next()).has_value());
  EXPECT_EQ(objects.next().error().message(), "the listing of ais://b does not advance past \"a\"");
}

TEST(ClientCluster, ReadsMapAndStatus) {
  FakeServer server([](const SeenRequest& request) {
    if (request.target == "/v1/daemon?what=smap") {
      return reply(200,
                   R"({"uuid":"U","version":"4","creation_time":"2026-11-21 02:29:13","proxy_si":{"daemon_id":"np"},
        "pmap":{"np":{"daemon_id":"np","daemon_type":"proxy","flags":2,"id_digest":12646261857258225564,
                      "public_net":{"direct_url":"http://127.0.0.1:1"}}},
        "tmap":{"nt":{"daemon_id":"nt","daemon_type":"target","flags":0,"public_net":{"direct_url":"http://127.0.0.1:1"}}}})");
    }
    return reply(200, R"({"status":"","ais_version":"5.0.x","tracker":{"up.ns.time":5000000000},
      "cluster":{"flags":6},"sys_info":{"mem_used":"100","mem_avail":900,"pct_cpu_used":2.5},
      "capacity":{"total_used":"7","total_avail":"93","mountpaths":{"/m":{"used":"7","avail":"93","pct_used":7,"fs":{"FsType":"ext4"}}}}})");
  });
  const auto client = client_of(server.url());
  const auto map = client.cluster_map();
  ASSERT_TRUE(map) << map.error().message();
  EXPECT_EQ(map->version, 4);
  ASSERT_EQ(map->nodes.size(), 2U);
  EXPECT_TRUE(map->nodes[0].primary);
  EXPECT_EQ(map->nodes[1].role, "target");
  const auto status = client.node_status("nt");
  ASSERT_TRUE(status);
  EXPECT_EQ(server.seen().back().header("Ais-Node-Id"), "nt");
  EXPECT_EQ(status->uptime_ns, 5'000'000'000U);
  EXPECT_EQ(status->used, 7U);
  EXPECT_EQ(status->memory_used, 100U);
  ASSERT_EQ(status->mountpaths.size(), 1U);
  EXPECT_EQ(status->mountpaths[0].filesystem, "ext4");
}

TEST(ClientJobs, ReadsSnapshotsAndStatus) {
  FakeServer server([](const SeenRequest& request) {
    if (request.target.ends_with("what=status")) {
      return reply(200, R"({"kind":"copy-bck","uuid":"J","err":"","end_time":1795228394978012265,"aborted":false})");
    }
    return reply(200, R"({"t1":[{"id":"gbt-1","kind":"get-batch","ctlmsg":"m","start-time":"2026-11-21T02:33:14Z",
      "end-time":"0001-01-01T00:00:00Z","bck":{"name":"b","provider":"ais","namespace":{"uuid":"","name":""}},
      "stats":{"loc-objs":"7","loc-bytes":"7003"},"aborted":false,"is_idle":true}],"t2":null})");
  });
  const auto client = client_of(server.url());
  const auto jobs = client.jobs({.kind = "get-batch", .only_running = true});
  ASSERT_TRUE(jobs);
  EXPECT_EQ(json::parse(server.seen().back().body), json::parse(R"({"id":"","kind":"get-batch","show_active":true})"));
  ASSERT_EQ(jobs->size(), 1U);
  EXPECT_EQ(jobs->at(0).objects, 7U);
  EXPECT_EQ(jobs->at(0).end_time, "");
  EXPECT_TRUE(jobs->at(0).idle);
  const auto status = client.job_status("J");
  ASSERT_TRUE(status);
  EXPECT_EQ(status->end_time_ns, 1795228394978012265);
}

TEST(ClientCall, TimeoutCoversRetriesAndBody) {
  FakeServer server([](const SeenRequest&) {
    Reply answer{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"};
    answer.hang = true;
    return answer;
  });
  const auto client = client_of(server.url()).with({.timeout = milliseconds(40)});
  auto object = client.get_object(kBucket, "o");
  ASSERT_TRUE(object);
  EXPECT_EQ(read_all(*object, 100).error().code(), Errc::Timeout);
  EXPECT_EQ(client.list_buckets().error().code(), Errc::Timeout);
}

}  // namespace
}  // namespace bryo::client
