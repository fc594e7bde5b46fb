#include <kernel/reference/pages.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bryo::kernel {
namespace {

using ::testing::HasSubstr;

TEST(MetricPage, SortsByOwnerAndName) {
  const std::vector<MetricFamily> metrics = {
      {"bryo_z", "counter", "Last.", "kernel", {}},
      {"bryo_m_wait_seconds", "histogram", "Of m.", "m", {"api", "verb"}},
      {"bryo_a", "gauge", "First.", "part of the kernel", {}},
  };
  const PluginDescription m{.name = "m", .state = PluginState::Disabled};
  const PluginDescription bare{.name = "bare"};
  EXPECT_THAT(metric_page(metrics, {bare, m}),
              HasSubstr("## Kernel\n\n"
                        "| Name | Type | Labels | Meaning |\n|---|---|---|---|\n"
                        "| `bryo_a` | gauge | | First. |\n"
                        "| `bryo_z` | counter | | Last. |\n"
                        "\n## Plugin `m`\n\nNot enabled: these metrics are not there.\n\n"
                        "| Name | Type | Labels | Meaning |\n|---|---|---|---|\n"
                        "| `bryo_m_wait_seconds` | histogram | `api`, `verb` | Of m. |\n"));
}

}  // namespace
}  // namespace bryo::kernel
