#include <kernel/config/cluster_keys.h>
#include <kernel/reference/pages.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace bryo::kernel {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(OptionPage, SaysOfEachKeyWhatAnOperatorMustKnow) {
  OptionRegistry registry;
  registry.describe("node.http", "Limits.");
  ASSERT_TRUE(registry.add<Duration>(
      "node.http",
      {.key = "max_wait", .default_value = 20s, .min = 1s, .max = 1min, .doc = "Wait for one entry.", .hot = true}));
  ASSERT_TRUE(registry.add<std::string>("node.http",
                                        {.key = "mode", .default_value = "a", .choices = {"a", "b"}, .doc = "How."}));
  ASSERT_TRUE(registry.load_text("node.http.mode = \"b\"", "b.toml"));
  EXPECT_THAT(option_page(registry),
              HasSubstr("### `[node.http]`\n\nLimits.\n\n"
                        "| Key | Type | Default | Allowed | Change | Meaning |\n|---|---|---|---|---|---|\n"
                        "| `max_wait` | duration | `\"20s\"` | 1s to 1m0s | hot | Wait for one entry. |\n"
                        "| `mode` | string | `\"a\"` | one of a, b | restart | How. |\n\n"));
}

TEST(OptionPage, PluginsComeInOrderAndWithTheirNamesInTheApi) {
  OptionRegistry registry;
  for (const char* plugin : {"plugin.zzz", "plugin.aaa"}) {
    ASSERT_TRUE(registry.add<bool>(plugin, {.key = "on", .doc = "Whether.", .api_name = std::string(plugin) + ".on"}));
  }
  const std::string page = option_page(registry);
  EXPECT_THAT(page, HasSubstr("## The plugins\n\n"
                              "[`[plugin.aaa]`](#pluginaaa), [`[plugin.zzz]`](#pluginzzz)\n\n"
                              "### `[plugin.aaa]`\n"));
  EXPECT_THAT(page, HasSubstr("| `on` | bool | `false` | | restart | `plugin.aaa.on` | Whether. |\n"));
}

TEST(OptionPage, KeysWithoutEffectStandApart) {
  OptionRegistry registry;
  const auto size = Size{64};
  ASSERT_TRUE(
      registry.add_cluster_key({.name = "log.level", .default_value = size, .doc = "Acts.", .effective = true}));
  ASSERT_TRUE(registry.add_cluster_key({.name = "log.other", .default_value = size, .doc = "Is kept."}));
  const std::string page = option_page(registry);
  const auto apart = page.find("## The cluster: keys without effect");
  ASSERT_NE(apart, std::string::npos);
  EXPECT_THAT(page.substr(0, apart), HasSubstr("| Acts. |\n"));
  EXPECT_THAT(page.substr(0, apart), Not(HasSubstr("Is kept.")));
  EXPECT_THAT(page.substr(apart), HasSubstr("### `[cluster.log]` without effect\n"));
  EXPECT_THAT(page.substr(apart), HasSubstr("| Is kept. |\n"));
}

TEST(OptionPage, ValuesInForceAreNotShown) {
  OptionRegistry registry;
  ASSERT_TRUE(registry.add<std::string>("node", {.key = "key", .default_value = "", .doc = "A secret."}));
  ASSERT_TRUE(registry.load_text("node.key = \"hunter2\"", "b.toml"));
  EXPECT_THAT(option_page(registry), Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace bryo::kernel
