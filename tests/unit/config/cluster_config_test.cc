#include <kernel/config/cluster_config.h>
#include <kernel/config/feature_flags.h>
#include <kernel/config/log_settings.h>
#include <kernel/config/node_document.h>

#include <gmock/gmock.h>

#include <array>
#include <atomic>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

namespace bryo::kernel {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using nlohmann::literals::operator""_json_pointer;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr auto kCluster = ConfigScope::Cluster;
constexpr auto kNode = ConfigScope::Node;
constexpr auto kStored = ConfigLifetime::Stored;
constexpr auto kTransient = ConfigLifetime::Transient;

class FixedClock final : public Clock {
 public:
  [[nodiscard]] std::chrono::steady_clock::time_point now() const override { return {}; }
  [[nodiscard]] std::int64_t unix_ns() const override { return unix_ns_; }
  std::int64_t unix_ns_ = 1'795'228'796'874'269'133;
};

/// A started cluster configuration that remembers what it was asked to keep.
struct Started {
  explicit Started(std::string_view toml = "", json stored = nullptr, bool with_moss = false) {
    EXPECT_TRUE(ClusterConfig::declare(registry));
    if (with_moss) {
      max_wait = Option<Duration>(*registry.add<Duration>("plugin.moss", {.key = "max_wait",
                                                                          .default_value = 20s,
                                                                          .min = 1s,
                                                                          .max = 1min,
                                                                          .doc = "Wait.",
                                                                          .hot = true,
                                                                          .api_name = "get_batch.max_wait"}));
    }
    const auto loaded = registry.load_text(toml, "b.toml");
    EXPECT_TRUE(loaded) << loaded.error().message();
    auto notes_or_error = config.start(stored, [this](const json& document) -> Status {
      if (disk_full) return Error(Errc::OutOfSpace, "no space left");
      kept = document;
      return {};
    });
    EXPECT_TRUE(notes_or_error) << notes_or_error.error().message();
    if (notes_or_error) notes = *notes_or_error;
  }

  std::string at(const char* pointer, ConfigScope scope = kCluster) const {
    return config.document(scope)->at(json::json_pointer(pointer)).dump();
  }
  std::string error(const std::string& name, const std::string& value, ConfigScope scope = kCluster) {
    return config.set(scope, kStored, {{name, value}}).error().message();
  }

  FixedClock clock;
  OptionRegistry registry;
  Option<Duration> max_wait;
  json kept;
  bool disk_full = false;
  ClusterConfig config{registry, clock};
  std::vector<std::string> notes;
};

json reference_document() { return json::parse(std::ifstream(BRYO_TEST_DATA "/reference_cluster_config.json")); }

/// "/log/level" -> value
json flat(const json& document) { return document.flatten(); }

TEST(ClusterConfig, HasTheShapeOfTheReferencesDocument) {
  const Started started;
  const json ours = flat(*started.config.document());
  const json reference = flat(reference_document());
  for (const auto& [path, value] : reference.items()) {
    ASSERT_TRUE(ours.contains(path)) << path;
    EXPECT_STREQ(ours[path].type_name(), value.type_name()) << path;
  }
  for (const auto& [path, value] : ours.items()) EXPECT_TRUE(reference.contains(path)) << path;
}

TEST(ClusterConfig, DefaultsAreTheReferencesButForItsSetUp) {
  const Started started;
  const json ours = flat(*started.config.document());
  const json reference = flat(reference_document());
  std::vector<std::string> different;
  for (const auto& [path, value] : reference.items()) {
    if (ours.at(path) != value) different.push_back(path);
  }
  EXPECT_THAT(different,
              ElementsAre("/config_version", "/lastupdate_time", "/net/http/server_crt", "/net/http/server_key",
                          "/proxy/discovery_url", "/proxy/original_url", "/proxy/primary_url", "/space/cleanupwm",
                          "/space/dont_cleanup_time", "/space/highwm", "/space/lowwm", "/space/out_of_space", "/uuid"));
  EXPECT_EQ(started.at("/config_version"), "\"1\"");
  EXPECT_EQ(started.at("/lastupdate_time"), "\"2026-11-21 02:39:56.874269133 +0000 UTC\"");
}

TEST(ClusterConfig, TheFileSeeds) {
  const Started started(R"(
[cluster.log]
level = "4"
format = "json"
[cluster.rate_limit.frontend]
enabled = true
[cluster.features]
set = ["S3-API-via-Root", "S3-Reverse-Proxy"]
[cluster.checksum]
type = "md5"
[cluster.chunks]
chunk_size = "512MiB"
)");
  EXPECT_EQ(started.at("/log/level"), "\"4\"");
  EXPECT_EQ(started.at("/log/format"), "\"json\"");
  EXPECT_EQ(started.at("/rate_limit/frontend/enabled"), "true");
  EXPECT_EQ(started.at("/features"), "\"8200\"");
  EXPECT_EQ(started.at("/chunks/chunk_size"), "\"512MiB\"");
  EXPECT_TRUE(has_feature(started.config.features(), Feature::S3ApiViaRoot));
  EXPECT_FALSE(has_feature(started.config.features(), Feature::FsyncPut));
  EXPECT_EQ(started.kept["cluster"]["checksum.type"], "md5");
}

TEST(ClusterConfig, TheFileIsChecked) {
  struct Case {
    const char* toml;
    const char* sentence;
  };
  for (const Case& c : std::to_array<Case>({
           {"[cluster.log]\nlevel = 3", "b.toml:2: [cluster.log] level must be a string, not an integer"},
           {"[cluster.log]\nlevel = \"7\"", "b.toml:2: [cluster.log] level = \"7\" is not one of 0, 1, 2, 3, 4, 5"},
           {"[cluster.log]\nlevle = \"3\"", "b.toml:2: unknown key 'levle' in [cluster.log]; did you mean 'level'?"},
           {"[cluster.log]\nmax_size = \"2GiB\"",
            "b.toml:2: [cluster.log] max_size = \"2GiB\" is out of range; allowed: 1KiB to 1GiB"},
           {"[cluster.timeuot]\nx = 1", "b.toml:1: unknown section [cluster.timeuot]; did you mean [cluster.timeout]?"},
           {"[cluster.features]\nset = [\"Fsync-Put\"]",
            "b.toml:2: [cluster.features] set = \"Fsync-Put\" is not a known value; did you mean 'Fsync-PUT'?"},
           {"[cluster.features]\nset = \"Fsync-PUT\"",
            "b.toml:2: [cluster.features] set must be a list of strings, not a string"},
           {"[cluster]\nuuid = \"x\"", "b.toml:2: unknown key 'uuid' in [cluster]"},
       })) {
    OptionRegistry registry;
    ASSERT_TRUE(ClusterConfig::declare(registry));
    EXPECT_EQ(registry.load_text(c.toml, "b.toml").error().message(), c.sentence);
  }
}

TEST(ClusterConfig, SetsByDottedName) {
  Started started;
  ASSERT_TRUE(started.config.set(kCluster, kStored, {{"rebalance.dest_retry_time", "90s"}, {"log.level", "4"}}));
  EXPECT_EQ(started.at("/rebalance/dest_retry_time"), "\"1m30s\"");
  EXPECT_EQ(started.at("/log/level"), "\"4\"");
  EXPECT_EQ(started.at("/config_version"), "\"2\"");
  ASSERT_TRUE(started.config.set(kCluster, kStored, {{"rebalance.enabled", "no"}}));
  EXPECT_EQ(started.at("/rebalance/enabled"), "false");
  ASSERT_TRUE(started.config.set(kCluster, kStored, {{"features", "4104"}}));
  EXPECT_EQ(started.at("/features"), "\"4104\"");
  ASSERT_TRUE(started.config.set(kCluster, kStored, {{"features", "none"}}));
  EXPECT_EQ(started.at("/features"), "\"0\"");
  EXPECT_EQ(started.config.version(), 5);
}

TEST(ClusterConfig, RefusalsAreTheReferencesTexts) {
  Started started;
  EXPECT_EQ(started.error("bogus.key", "1"), "unknown property \"bogus.key\"");
  EXPECT_EQ(started.error("rebalance.enabled", "maybe"), "strconv.ParseBool: parsing \"maybe\": invalid syntax");
  EXPECT_EQ(started.config.set(kCluster, kStored, {{"rebalance.enabled", "maybe"}}).error().tcode(), "NumError");
  EXPECT_EQ(started.error("log.max_size", "2GiB"), "invalid log.max_size=2GiB (must be in range [1KiB, 1GiB])");
  EXPECT_EQ(started.error("log.max_size", "300MiB"),
            "invalid log.max_total=512MiB (must be at least twice log.max_size, 300MiB)");
  EXPECT_EQ(started.error("checksum.type", "md6"),
            "invalid checksum.type=md6 (must be one of none, xxhash, xxhash2, md5, crc32c, sha256, sha512)");
  EXPECT_EQ(started.error("rate_limit.backend.interval", "10"), "\"10\" needs a unit, such as \"10s\"");
  EXPECT_EQ(started.error("space.lowwm", "95"),
            "invalid space (must be cleanupwm <= lowwm < highwm < out_of_space; they are 65, 95, 90 and 95)");
  EXPECT_EQ(started.error("features", "6144"),
            "features Disable-Cold-GET and Streaming-Cold-GET exclude each other; set only one");
  EXPECT_EQ(started.error("features", "4294967296"), "features 4294967296 has bits above 27, which name no feature");
  EXPECT_EQ(started.error("config_version", "9"),
            "property \"config_version\" is filled by the node itself and cannot be set");
  EXPECT_EQ(started.error("checksum.type", "md5", kNode),
            "property \"checksum.type\" is the same on all nodes; set it in the cluster configuration");
  EXPECT_EQ(started.config.version(), 1);
}

TEST(ClusterConfig, AChangeIsAllOrNothing) {
  Started started;
  EXPECT_FALSE(started.config.set(kCluster, kStored, {{"log.level", "5"}, {"bogus", "1"}}));
  EXPECT_EQ(started.at("/log/level"), "\"3\"");
  started.disk_full = true;
  const auto status = started.config.set(kCluster, kStored, {{"log.level", "5"}});
  EXPECT_EQ(status.error().code(), Errc::OutOfSpace);
  EXPECT_EQ(started.at("/log/level"), "\"3\"");
  EXPECT_EQ(started.config.version(), 1);
}

TEST(ClusterConfig, MergesAPartialDocument) {
  Started started;
  ASSERT_TRUE(started.config.merge(
      kCluster, kStored, json::parse(R"({"rebalance":{"enabled":false},"lru":{"batch_size":7},"log":{"level":"5"}})")));
  EXPECT_EQ(started.at("/rebalance/enabled"), "false");
  EXPECT_EQ(started.at("/lru/batch_size"), "7");
  const auto error = [&](const char* text) {
    return started.config.merge(kCluster, kStored, json::parse(text)).error().message();
  };
  EXPECT_EQ(error(R"({"rebalance":{"enbled":true}})"), "unknown property \"rebalance.enbled\"");
  EXPECT_EQ(error(R"({"lru":{"enabled":null}})"), "invalid lru.enabled=null (give a value)");
  EXPECT_EQ(error(R"({"a":{"b":{"c":{"d":{"e":1}}}}})"), "unknown property \"a.b.c.d\"");
  EXPECT_EQ(error("[]"), "the configuration to set must be a JSON object");
}

TEST(ClusterConfig, TheWholeDocumentMayComeBack) {
  Started started;
  started.config.set_identity("uuid1", "http://127.0.0.1:8080");
  json document = *started.config.document();
  ASSERT_TRUE(started.config.merge(kCluster, kStored, document));
  EXPECT_EQ(started.at("/uuid"), "\"uuid1\"");
  document["uuid"] = "other";
  EXPECT_FALSE(started.config.merge(kCluster, kStored, document));
}

TEST(ClusterConfig, StoredValuesSurviveAndTheFileNoLongerCounts) {
  json kept;
  {
    Started first("[cluster.log]\nlevel = \"4\"\n[cluster.lru]\nbatch_size = 5\n");
    ASSERT_TRUE(first.config.set(kCluster, kStored, {{"client.list_timeout", "1m"}, {"features", "16"}}));
    ASSERT_TRUE(first.config.set(kNode, kStored, {{"log.level", "5"}}));
    ASSERT_TRUE(first.config.set(kCluster, kTransient, {{"mirror.enabled", "true"}}));
    kept = json::parse(first.kept.dump());
  }
  const Started second("[cluster.log]\nlevel = \"2\"\n", kept);
  EXPECT_EQ(second.at("/log/level"), "\"4\"");
  EXPECT_EQ(second.at("/log/level", kNode), "\"5\"");
  EXPECT_EQ(second.at("/lru/batch_size"), "5");
  EXPECT_EQ(second.at("/client/list_timeout"), "\"1m\"");
  EXPECT_EQ(second.at("/features"), "\"16\"");
  EXPECT_EQ(second.at("/mirror/enabled"), "false");
  EXPECT_EQ(second.at("/config_version"), "\"2\"");
  EXPECT_THAT(second.notes, ElementsAre("log.level = \"2\" in the file is not used: \"4\" is stored, and only the API "
                                        "changes it"));
}

TEST(ClusterConfig, DamagedStoredValuesFallBackWithANote) {
  const Started started("", json::parse(R"({"config_version":7,"lastupdate_time":"t","node":[],
      "cluster":{"log.level":"9","of.the.future":1,"lru.enabled":true,"features":{"x":1}}})"));
  EXPECT_EQ(started.at("/log/level"), "\"3\"");
  EXPECT_EQ(started.at("/lru/enabled"), "true");
  EXPECT_EQ(started.at("/config_version"), "\"7\"");
  EXPECT_EQ(started.notes.size(), 3u);
  EXPECT_EQ(started.notes[1],
            "stored cluster configuration: invalid log.level=9 (must be one of 0, 1, 2, 3, 4, 5); "
            "the default is used instead");
  OptionRegistry registry;
  ASSERT_TRUE(ClusterConfig::declare(registry));
  FixedClock clock;
  ClusterConfig config(registry, clock);
  EXPECT_FALSE(config.start(json::parse(R"({"config_version":"seven"})"), nullptr));
}

TEST(ClusterConfig, LayersAndReset) {
  Started started;
  ASSERT_TRUE(started.config.set(kNode, kStored, {{"log.level", "4"}}));
  EXPECT_EQ(started.at("/log/level", kCluster), "\"3\"");
  EXPECT_EQ(started.at("/log/level", kNode), "\"4\"");
  EXPECT_EQ(started.config.version(), 1) << "the node's own values are not the cluster's version";
  ASSERT_TRUE(started.config.set(kCluster, kTransient, {{"lru.enabled", "true"}}));
  EXPECT_EQ(started.at("/lru/enabled"), "true");
  ASSERT_TRUE(started.config.set(kCluster, kStored, {{"lru.enabled", "false"}}));
  EXPECT_EQ(started.at("/lru/enabled"), "false");
  ASSERT_TRUE(started.config.set(kCluster, kStored, {{"lru.batch_size", "9"}}));
  ASSERT_TRUE(started.config.reset());
  EXPECT_EQ(started.at("/log/level", kNode), "\"3\"");
  EXPECT_EQ(started.at("/lru/batch_size"), "9");
  EXPECT_THAT(started.kept["node"], IsEmpty());
}

TEST(ClusterConfig, AnOptionOfARunningPluginTakesThePlaceOfItsKey) {
  Started started("[plugin.moss]\nmax_wait = \"30s\"\n", nullptr, true);
  EXPECT_EQ(started.at("/get_batch/max_wait"), "\"30s\"");
  EXPECT_EQ(started.at("/get_batch/max_gfn"), "5");
  ASSERT_TRUE(started.config.set(kCluster, kStored, {{"get_batch.max_wait", "45s"}}));
  EXPECT_EQ(*started.max_wait, 45s);
  EXPECT_EQ(started.at("/get_batch/max_wait"), "\"45s\"");
  EXPECT_EQ(started.error("get_batch.max_wait", "2h"),
            "invalid get_batch.max_wait=2h0m0s (must be in range [1s, 1m0s])");

  const Started again("[plugin.moss]\nmax_wait = \"10s\"\n", started.kept, true);
  EXPECT_EQ(*again.max_wait, 45s) << "the API's value wins over the file's";
  const Started without("", started.kept, false);
  EXPECT_EQ(without.at("/get_batch/max_wait"), "\"45s\"");
}

TEST(ClusterConfig, AKeyOfARunningPluginIsWrittenInThePluginsSection) {
  Started started("", nullptr, true);
  EXPECT_EQ(started.registry.load_text("[cluster.get_batch]\nmax_wait = \"30s\"\n", "b.toml").error().message(),
            "b.toml:2: [cluster.get_batch] max_wait is [plugin.moss] max_wait here; write it there");
  started.registry.remove("plugin.moss");
  EXPECT_TRUE(started.registry.load_text("[cluster.get_batch]\nmax_wait = \"30s\"\n", "b.toml"));
}

TEST(ClusterConfig, TellsWhoListens) {
  Started started;
  int calls = 0;
  started.config.on_change([&] {
    ++calls;
    EXPECT_EQ(started.at("/log/level"), "\"5\"");
  });
  ASSERT_TRUE(started.config.set(kCluster, kTransient, {{"log.level", "5"}}));
  EXPECT_FALSE(started.config.set(kCluster, kTransient, {{"log.level", "6"}}));
  EXPECT_EQ(calls, 1);
}

TEST(ClusterConfig, ReadersSeeWholeDocumentsWhileItChanges) {
  Started started;
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (int i = 0; i < 30; ++i) {
      const std::string n = std::to_string(i);
      EXPECT_TRUE(started.config.set(kCluster, kStored, {{"lru.batch_size", n}, {"space.batch_size", n}}));
    }
    done = true;
  });
  while (!done) {
    const auto document = started.config.document();
    const auto lru = document->at("/lru/batch_size"_json_pointer).get<int>();
    const auto space = document->at("/space/batch_size"_json_pointer).get<int>();
    ASSERT_EQ(lru, space);
    ASSERT_EQ(started.config.features(), 0u);
  }
  writer.join();
  EXPECT_EQ(started.config.version(), 31);
}

TEST(ClusterConfig, NodeDocumentAndLogSettings) {
  Started started("[cluster.log]\nlevel = \"4\"\nformat = \"json\"\nmax_size = \"1MiB\"\nto_stderr = true\n");
  NodeConfig node;
  node.data_dir = "/d";
  node.listen_public = {"127.0.0.1", 8080};
  node.listen_intra_control = node.listen_intra_data = {"127.0.0.1", 9080};
  node.store.mountpaths = {{"/d/mp0", "nvme"}};
  const json document = node_document(node, started.config);
  EXPECT_EQ(document["host_net"].dump(),
            R"({"hostname":"127.0.0.1","hostname_intra_control":"127.0.0.1","hostname_intra_data":"127.0.0.1",)"
            R"("port":"8080","port_intra_control":"9080","port_intra_data":"9080"})");
  EXPECT_EQ(document["fspaths"].dump(), R"({"/d/mp0":"nvme"})");
  EXPECT_EQ(document["checksum"]["type"], "xxhash2");

  const LogSettings to_stderr = log_settings(node, started.config);
  EXPECT_EQ(to_stderr.level, LogLevel::Debug);
  EXPECT_EQ(to_stderr.format, LogFormat::Json);
  EXPECT_EQ(to_stderr.directory, "");
  node.log_to_files = true;
  const LogSettings to_files = log_settings(node, started.config);
  EXPECT_EQ(to_files.directory, "/d/log");
  EXPECT_EQ(to_files.max_size, 1u << 20);
  EXPECT_TRUE(to_files.to_stderr);
}

TEST(FeatureFlags, NamesAndBits) {
  EXPECT_EQ(*feature_bits_of({"S3-API-via-Root", "S3-Reverse-Proxy"}), 8200u);
  EXPECT_THAT(feature_names_of(8200), ElementsAre("S3-API-via-Root", "S3-Reverse-Proxy"));
  EXPECT_EQ(*parse_feature_bits("8200"), 8200u);
  EXPECT_EQ(*parse_feature_bits("Fsync-PUT, S3-API-via-Root"), 24u);
  EXPECT_EQ(*parse_feature_bits(""), 0u);
  EXPECT_EQ(parse_feature_bits("fsync-put").error().message(),
            "unknown feature \"fsync-put\"; did you mean 'Fsync-PUT'?");
  EXPECT_FALSE(parse_feature_bits("-1"));
  EXPECT_FALSE(parse_feature_bits("99999999999999999999"));
  for (std::size_t bit = 0; bit < feature_names().size(); ++bit) {
    EXPECT_EQ(*feature_bits_of({feature_names()[bit]}), std::uint64_t{1} << bit);
  }
}

}  // namespace
}  // namespace bryo::kernel
