#include <kernel/config/configuration.h>

#include <gmock/gmock.h>

#include "config_folder.h"

namespace bryo::kernel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::unique_ptr<Configuration> opened(Configuration::Source source) {
  auto configuration = Configuration::open(std::move(source));
  EXPECT_TRUE(configuration) << configuration.error().message();
  return configuration ? *std::move(configuration) : nullptr;
}

Option<Size> declare_plugin(Configuration& configuration) {
  return Option<Size>(*configuration.options().add<Size>(
      "plugin.moss", {.key = "memory_budget", .default_value = 2_GiB, .doc = "Memory.", .hot = true}));
}

TEST(Configuration, NothingIsNeeded) {
  EXPECT_EQ(opened({})->node().data_dir, "/var/lib/bryo");
  EXPECT_EQ(opened({.directory = "/some/where"})->node().data_dir, "/some/where");
}

TEST(Configuration, TheDirectoryWinsOverTheFile) {
  const ConfigFolder folder;
  const std::string file = folder.write("bryo.toml", "[node]\nid = \"n1\"\ndata_dir = \"/a\"\n");
  const auto configuration = opened({.file = file, .directory = "/b"});
  EXPECT_EQ(configuration->node().data_dir, "/b");
  EXPECT_EQ(configuration->node().id, "n1");
}

TEST(Configuration, TheCommandLineSaysWhereToListen) {
  EXPECT_EQ(opened({.listen = "[::1]:0"})->node().listen_public.text(), "[::1]:0");
  EXPECT_EQ(Configuration::open({.listen = "80"}).error().message(),
            "--listen: [node.listen] public = \"80\" is not an address such as \"127.0.0.1:8080\" or \"[::1]:8080\"");
}

TEST(Configuration, PluginsAreCheckedOnceTheyAreKnown) {
  const ConfigFolder folder;
  const std::string file =
      folder.write("bryo.toml", "[plugin.moss]\nmemory_budget = \"1GiB\"\n[plugin.s3_api]\nport = 1\n[plugin.aut]\n");
  const auto configuration = opened({.file = file});
  const auto budget = declare_plugin(*configuration);
  EXPECT_EQ(configuration->load_plugins({"moss", "s3_api", "auth"}).error().message(),
            file + ":5: unknown section [plugin.aut]; did you mean [plugin.auth]?");
  folder.write("bryo.toml", "[plugin.moss]\nmemory_budget = \"1GiB\"\n[plugin.s3_api]\nport = 1\n");
  const auto repaired = opened({.file = file});
  const auto repaired_budget = declare_plugin(*repaired);
  ASSERT_TRUE(repaired->load_plugins({"moss", "s3_api", "auth"}));
  EXPECT_EQ(*repaired_budget, 1_GiB);
}

TEST(Configuration, ReloadReadsTheFileAgain) {
  const ConfigFolder folder;
  const std::string file = folder.write("bryo.toml", "");
  const auto configuration = opened({.file = file});
  const auto budget = declare_plugin(*configuration);
  ASSERT_TRUE(configuration->load_plugins({}));

  folder.write("conf.d/more.toml",
               "[plugin.moss]\nmemory_budget = \"1GiB\"\n[node.http]\nidle_timeout = \"5s\"\n"
               "[node.listen]\npublic = \"127.0.0.1:1\"\n[[node.mountpath]]\npath = \"/x\"\n");
  const auto report = configuration->reload();
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_THAT(report->applied, ElementsAre("[node.http] idle_timeout: \"2m\" -> \"5s\"",
                                           "[plugin.moss] memory_budget: \"2GiB\" -> \"1GiB\""));
  EXPECT_THAT(report->needs_restart,
              ElementsAre("[node.listen] public: \"127.0.0.1:8080\" -> \"127.0.0.1:1\"", "[[node.mountpath]]"));
  EXPECT_EQ(*budget, 1_GiB);
  EXPECT_EQ(*configuration->node_options().idle_timeout, std::chrono::seconds(5));

  folder.write("conf.d/more.toml", "[plugin.moss]\nmemory_budget = \"3GiB\"\n[node.htpp]\n");
  EXPECT_FALSE(configuration->reload());
  EXPECT_EQ(*budget, 1_GiB);
}

TEST(Configuration, WhatIsPrintedMeansTheSame) {
  const ConfigFolder folder;
  const std::string file = folder.write("bryo.toml", R"(
[node]
id = "n1"
data_dir = "/data"
roles = ["target"]
[[node.mountpath]]
path = "/mnt/d0"
label = "nvme"
[cluster.log]
level = "4"
[cluster.features]
set = ["Fsync-PUT"]
[plugin.moss]
memory_budget = "1GiB"
[plugin.s3_api]
port = 8081
nested = { a = [1, 2] }
)");
  const auto first = opened({.file = file});
  declare_plugin(*first);
  ASSERT_TRUE(first->load_plugins({"s3_api"}));
  const std::string printed = first->print();
  EXPECT_THAT(printed, HasSubstr("\nid = \"n1\"\n"));
  EXPECT_THAT(printed, HasSubstr("\n#durability = \"auto\"\n"));
  EXPECT_THAT(printed, HasSubstr("port = 8081"));

  const auto second = opened({.file = folder.write("printed.toml", printed)});
  const auto budget = declare_plugin(*second);
  const auto loaded = second->load_plugins({"s3_api"});
  ASSERT_TRUE(loaded) << loaded.error().message();
  const auto below_the_header = [](const std::string& text) { return text.substr(text.find("\n\n")); };
  EXPECT_EQ(below_the_header(second->print()), below_the_header(printed));
  EXPECT_EQ(second->node().store.mountpaths[0].label, "nvme");
  EXPECT_EQ(*budget, 1_GiB);
}

TEST(Configuration, RemarksNameWhatHasNoEffect) {
  const ConfigFolder folder;
  const auto configuration = opened(
      {.file = folder.write("bryo.toml", "[cluster.memsys]\nmin_free = \"2GiB\"\n[cluster.log]\nlevel = \"4\"\n")});
  EXPECT_THAT(configuration->remarks(),
              ElementsAre("[cluster.memsys] min_free is kept and returned, but has no effect in Bryo"));
}

}  // namespace
}  // namespace bryo::kernel
