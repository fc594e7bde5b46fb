#include <kernel/config/node_config.h>

#include <gmock/gmock.h>

#include <array>
#include <filesystem>

#include "config_folder.h"

namespace bryo::kernel {
namespace {

using ::testing::HasSubstr;

struct Loaded {
  OptionRegistry registry;
  NodeOptions options{*NodeOptions::declare(registry)};

  Result<NodeConfig> read(const ConfigDocument& document) {
    BRYO_CHECK(registry.load(document));
    return NodeConfig::from(options, document);
  }
  Result<NodeConfig> read(std::string_view toml) {
    BRYO_TRY(document, ConfigDocument::parse(toml, "b.toml"));
    return read(document);
  }
};

TEST(NodeConfig, Defaults) {
  Loaded loaded;
  const auto config = loaded.read("");
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_TRUE(config->gateway && config->target);
  EXPECT_EQ(config->data_dir, "/var/lib/bryo");
  ASSERT_EQ(config->store.mountpaths.size(), 1u);
  EXPECT_EQ(config->store.mountpaths[0].path, "/var/lib/bryo/mp0");
  EXPECT_EQ(config->store.durability, Durability::Auto);
  EXPECT_EQ(config->spool_dir, "/var/lib/bryo/spool");
  EXPECT_EQ(config->listen_public.text(), "127.0.0.1:8080");
  EXPECT_EQ(config->listen_intra_data, config->listen_public);
  EXPECT_EQ(config->plugins_enabled,
            (std::vector<std::string>{"moss", "archive_tar", "archive_tgz", "archive_zip", "archive_tar_lz4",
                                      "archive_job", "shard_index", "copy_objects", "delete_objects", "promote",
                                      "remote_objects", "rename_bucket"}));
  EXPECT_FALSE(config->skip_refused_plugins);
  EXPECT_GE(config->event_loops, 1u);
  EXPECT_GE(config->blocking_threads, 8u);
}

TEST(NodeConfig, ReadsWhatAnOperatorWrites) {
  Loaded loaded;
  const auto config = loaded.read(R"(
[node]
id = "n-1"
roles = ["target"]
data_dir = "/data"
durability = "strict"
log_to = "files"
[node.listen]
public = "[::1]:0"
intra_data = "10.0.0.1:9000"
[node.threads]
event_loops = 3
blocking = 4
[[node.mountpath]]
path = "/mnt/d0/"
label = "nvme"
[[node.mountpath]]
path = "/mnt/d1"
[plugins]
on_error = "skip"
)");
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_EQ(config->id, "n-1");
  EXPECT_FALSE(config->gateway);
  EXPECT_EQ(config->store.durability, Durability::Strict);
  ASSERT_EQ(config->store.mountpaths.size(), 2u);
  EXPECT_EQ(config->store.mountpaths[0].path, "/mnt/d0");
  EXPECT_EQ(config->store.mountpaths[0].label, "nvme");
  EXPECT_EQ(config->listen_public.host, "::1");
  EXPECT_EQ(config->listen_intra_control.text(), "[::1]:0");
  EXPECT_EQ(config->listen_intra_data.text(), "10.0.0.1:9000");
  EXPECT_EQ(config->event_loops, 3u);
  EXPECT_EQ(config->blocking_threads, 4u);
  EXPECT_TRUE(config->log_to_files);
  EXPECT_TRUE(config->skip_refused_plugins);
}

TEST(NodeConfig, SaysWhatIsWrong) {
  struct Case {
    const char* toml;
    const char* sentence;
  };
  for (const Case& c : std::to_array<Case>({
           {"[node]\nid = \"a b\"", "b.toml:2: [node] id must be 2 to 62 letters, digits, '-' or '_'"},
           {"[node]\nroles = []", "b.toml:2: [node] roles is empty; give \"gateway\", \"target\" or both"},
           {"[node]\ndata_dir = \"\"",
            "b.toml:2: [node] data_dir is empty; give a directory that the node may write to"},
           {"[node.listen]\npublic = \"8080\"",
            "b.toml:2: [node.listen] public = \"8080\" is not an address such as \"127.0.0.1:8080\" or \"[::1]:8080\""},
           {"[[node.mountpath]]\nlabel = \"x\"",
            "b.toml:1: [[node.mountpath]] needs a path, such as path = \"/mnt/d0\""},
           {"[[node.mountpath]]\npath = 5", "b.toml:2: [[node.mountpath]] path must be a string, not an integer"},
           {"[[node.mountpath]]\npath = \"/a\"\nlable = \"x\"",
            "b.toml:3: unknown key 'lable' in [[node.mountpath]]; did you mean 'label'?"},
           {"[[node.mountpath]]\npath = \"/a\"\n[[node.mountpath]]\npath = \"/a/\"",
            "b.toml:3: [[node.mountpath]] path = \"/a\" is given twice"},
           {"[[node.mountpath]]\npath = \"/a\"\n[[node.mountpath]]\npath = \"/a/b\"",
            "b.toml:3: [[node.mountpath]] path = \"/a/b\" and \"/a\" lie inside each other; give each its own "
            "directory"},
           {"[node]\nmountpath = \"/a\"",
            "b.toml:2: 'node.mountpath' is a list of sections; write [[node.mountpath]] and path = \"...\" below"},
           {"[node.htp]\nx = 1", "b.toml:1: unknown section [node.htp]; did you mean [node.http]?"},
           {"[node]\ndatadir = \"/x\"", "b.toml:2: unknown key 'datadir' in [node]; did you mean 'data_dir'?"},
       })) {
    Loaded loaded;
    const auto config = loaded.read(c.toml);
    ASSERT_FALSE(config) << c.toml;
    EXPECT_EQ(config.error().message(), c.sentence);
  }
}

TEST(NodeConfig, ListenAddresses) {
  for (const char* text : {"", ":", ":80", "host:", "host:65536", "host:-1", "host:8x", "::1:80", "[::1:80", "a b:1"}) {
    EXPECT_FALSE(parse_listen_address(text)) << text;
  }
  EXPECT_EQ(parse_listen_address("0.0.0.0:0")->port, 0);
}

TEST(NodeConfig, RelativePathsStartAtTheFile) {
  const ConfigFolder folder;
  const std::string file =
      folder.write("bryo.toml", "[node]\ndata_dir = \"data\"\n[[node.mountpath]]\npath = \"disk\"\n");
  const auto document = ConfigDocument::read(file);
  ASSERT_TRUE(document);
  Loaded loaded;
  const auto config = loaded.read(*document);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->data_dir, folder.path() + "/data");
  EXPECT_EQ(config->store.mountpaths[0].path, folder.path() + "/disk");
}

TEST(NodeConfig, DirectoryAloneIsEnough) {
  Loaded loaded;
  const auto config = loaded.read(*document_for_directory("some/${dir}"));
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_EQ(config->data_dir, (std::filesystem::current_path() / "some/${dir}").string());
}

TEST(NodeConfig, ADirectoryWithAStrangeName) {
  Loaded loaded;
  const auto config = loaded.read(*document_for_directory("/a \"b\"\n\t\\c"));
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_EQ(config->data_dir, "/a \"b\"\n\t\\c");
  EXPECT_FALSE(document_for_directory("/not utf-8 \xFF"));
}

TEST(NodeConfig, MountpathsPrintAsTheyWereWritten) {
  const auto given = ConfigDocument::parse("[[node.mountpath]]\npath = \"/a\"\nlabel = \"x\"\n", "b.toml");
  EXPECT_THAT(NodeConfig::print_mountpaths(*given), HasSubstr("\n[[node.mountpath]]\npath = \"/a\"\nlabel = \"x\"\n"));
  EXPECT_THAT(NodeConfig::print_mountpaths(ConfigDocument()), HasSubstr("\n#[[node.mountpath]]\n"));
}

TEST(NodeConfig, MemoryBudgetOfTheMachine) {
  EXPECT_EQ(resolve_memory_budget(Size{123}), 123u);
  EXPECT_GT(resolve_memory_budget(Size{0}), 1u << 20);
}

}  // namespace
}  // namespace bryo::kernel
