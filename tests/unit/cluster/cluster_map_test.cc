#include <bryo/testing.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <kernel/cluster/cluster_map.h>

#include "tests/unit/bucket/fragile_meta_store.h"

namespace bryo::kernel {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

class ClusterMapTest : public ::testing::Test {
 protected:
  using MapPtr = std::shared_ptr<const ClusterMap>;
  Result<MapPtr> open(std::string port = "1", NodeIdentity node = {.gateway_id = "np", .target_id = "nt"}) {
    const NodeUrl url{.host = "127.0.0.1", .port = std::move(port)};
    return bryo::testing::run(ClusterMap::open(store_, clock_, std::move(node), url, url, url));
  }

  testing::FragileMetaStore store_;
  bryo::testing::ManualClock clock_;
};

TEST_F(ClusterMapTest, TheIdentityStaysAndTheVersionTellsChanges) {
  const auto first = open().value();
  EXPECT_EQ(first->identity().version, 1u);
  EXPECT_EQ(first->identity().creation_time, "2023-11-14 22:13:20");
  clock_.unix_time_ns += 1'000'000'000'000;
  const auto same = open().value();
  EXPECT_EQ(same->identity().version, 1u);
  const auto moved = open("2").value();
  EXPECT_EQ(moved->identity().version, 2u);
  const auto gateway_only = open("2", {.gateway_id = "np", .target_id = ""}).value();
  EXPECT_EQ(gateway_only->identity().version, 3u);
  for (const auto& map : {same, moved, gateway_only}) {
    EXPECT_EQ(map->identity().uuid, first->identity().uuid);
    EXPECT_EQ(map->identity().creation_time, first->identity().creation_time);
  }
}

// A map that clients have seen must not change its identity silently: a damaged one stops the start.
TEST_F(ClusterMapTest, ADamagedOrUnwritableStore) {
  store_.die_after(0);
  EXPECT_EQ(open().error().code(), Errc::Io);
  store_.live();
  ASSERT_TRUE(open());
  store_.damage("cluster");
  const auto damaged = open();
  ASSERT_FALSE(damaged);
  EXPECT_THAT(damaged.error().message(), HasSubstr("meta store key \"cluster\" is damaged"));
}

TEST_F(ClusterMapTest, TheDocument) {
  const auto map = open().value();
  const auto text = map->json();
  EXPECT_TRUE(text.ends_with("}\n"));
  const auto json = Json::parse(text);
  EXPECT_EQ(json.at("version"), "1");
  EXPECT_EQ(json.at("uuid"), map->identity().uuid);
  EXPECT_EQ(json.at("proxy_si"), json.at("pmap").at("np"));
  EXPECT_EQ(json.at("pmap").size(), 1u);
  EXPECT_EQ(json.at("tmap").size(), 1u);
  const auto& target = json.at("tmap").at("nt");
  EXPECT_EQ(target.at("daemon_type"), "target");
  EXPECT_EQ(target.at("daemon_id"), "nt");
  EXPECT_EQ(target.at("flags"), 0);
  EXPECT_EQ(json.at("pmap").at("np").at("flags"), 2);
  const Json net{{"node_ip_addr", "127.0.0.1"}, {"daemon_port", "1"}, {"direct_url", "http://127.0.0.1:1"}};
  for (const char* name : {"public_net", "intra_data_net", "intra_control_net"})
    EXPECT_EQ(target.at(name), net) << name;
}

TEST_F(ClusterMapTest, WithoutAGatewayOrATarget) {
  const auto target_only = open("1", {.gateway_id = "", .target_id = "nt"}).value();
  EXPECT_EQ(target_only->primary(), nullptr);
  EXPECT_TRUE(Json::parse(target_only->json()).at("proxy_si").is_null());
  const auto gateway_only = open("1", {.gateway_id = "np", .target_id = ""}).value();
  EXPECT_EQ(gateway_only->active_targets(), 0u);
  EXPECT_EQ(gateway_only->owner("ais/@#/b/", "o"), "");
  EXPECT_EQ(Json::parse(gateway_only->json()).at("tmap"), Json::object());
}

// The digest is a number of 64 bits: clients compare it and place objects by it, so no digit may be lost.
TEST(ClusterMapNodes, DigestsKeepAllTheirDigits) {
  std::vector<NodeInfo> nodes;
  for (const char* id : {"t1AAAAAAA", "t2BBBBBBB", "t3CCCCCCC", "t4DDDDDDD", "Ifnt25001"}) nodes.push_back({.id = id});
  const ClusterMap map({}, nodes, "");
  EXPECT_THAT(map.json(), HasSubstr("\"id_digest\":5930960054389752434"));
  EXPECT_EQ(map.active_targets(), 5u);
  EXPECT_EQ(map.node("t3CCCCCCC")->id, "t3CCCCCCC");
  EXPECT_EQ(map.node("nobody"), nullptr);
  nodes.pop_back();
  const ClusterMap four({}, nodes, "");
  EXPECT_EQ(four.owner("ais/@#/abc/", "obj-0"), "t2BBBBBBB");  // as in placement_test
  EXPECT_EQ(four.owner("ais/@#/abc/", "obj-1"), "t4DDDDDDD");
}

TEST(NodeUrl, BothKindsOfAddress) {
  EXPECT_EQ(node_url("10.0.0.1:8080"), (NodeUrl{.host = "10.0.0.1", .port = "8080"}));
  EXPECT_EQ(node_url("[::1]:8080"), (NodeUrl{.host = "::1", .port = "8080"}));
  EXPECT_EQ(node_url("[::1]:8080").url(), "http://[::1]:8080");
  EXPECT_EQ(node_url("name").port, "");
}

}  // namespace
}  // namespace bryo::kernel
