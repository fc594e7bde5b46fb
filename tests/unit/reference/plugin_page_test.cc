#include <kernel/reference/pages.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bryo::kernel {
namespace {

using ::testing::HasSubstr;

TEST(PluginPage, ShowsEveryKindOfContribution) {
  OptionRegistry options;
  ASSERT_TRUE(options.add<bool>("plugin.all", {.key = "on", .doc = "Whether."}));
  PluginDescription all{.name = "all", .doc = "Does all.", .state = PluginState::Declared, .needs = {"other"}};
  ContributionList& has = all.contributed;
  has.kinds = {{.name = "tidy-up",
                .doc = "Tidies.",
                .display_name = "tidy",
                .scope = XactionScope::Bucket,
                .conflicts = {"mess"},
                .permissions = {BucketAccess::DeleteObject}}};
  has.formats = {{{".t", {".t", ".tt"}, {"x/t"}, "x/t", {}}, true, false}};
  has.backends = {{.provider = "web", .doc = "The web."}};
  has.meta_stores = {{.name = "far", .doc = "Elsewhere."}};
  has.hooks = {{.event = ObjectEvent::Delete, .time = HookTime::Before, .doc = "Asks."}};
  has.services = {{.name = "index", .doc = "Finds."}};
  has.metrics = {"bryo_all_n"};
  const std::string page = plugin_page(options, {all});
  for (const char* part : {
           "## `all`\n\nDoes all. Enabled. Needs `other`.\n"
           "Its [options](options.md#pluginall), [metrics](metrics.md#plugin-all).\n",
           "| `tidy-up`, also `tidy` | a bucket | by the API | `DELETE-OBJECT` | `mess` | Tidies. |\n",
           "| `.t` | `.t`, `.tt` | `x/t` | `x/t` | read |\n",
           "| Provider | Meaning |\n|---|---|\n| `web` | The web. |\n",
           "| Meta store | Meaning |\n|---|---|\n| `far` | Elsewhere. |\n",
           "| before delete | Asks. |\n",
           "| Service | Meaning |\n|---|---|\n| `index` | Finds. |\n",
       }) {
    EXPECT_THAT(page, HasSubstr(part));
  }
}

TEST(PluginPage, SaysWhyOneIsLeftOut) {
  const PluginDescription refused{
      .name = "bad", .doc = "Would do.", .state = PluginState::Refused, .error = "plugin 'bad': too old"};
  EXPECT_THAT(plugin_page(OptionRegistry(), {refused}), HasSubstr("Would do. Left out: plugin 'bad': too old.\n"));
}

}  // namespace
}  // namespace bryo::kernel
