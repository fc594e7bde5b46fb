#include <kernel/metrics/metrics_registry.h>

#include <kernel/metrics/counter_rows.h>

#include <gmock/gmock.h>

#include <thread>

namespace bryo::kernel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

TEST(MetricsRegistry, PrintsThePage) {
  MetricsRegistry registry("n1t");
  auto gets = registry.counter({.name = "get.n", .help = "object GETs", .exposition = "ais_target_get_count"}, "kernel",
                               {{"bucket", ""}});
  auto inflight = registry.gauge({.name = "inflight", .help = "batches\nunder way"}, "moss");
  ASSERT_TRUE(gets && inflight);
  (*gets)->add(3);
  (*inflight)->set(-2);
  ASSERT_TRUE(registry.computed_gauge({.name = "up", .help = "seconds", .exposition = "ais_target_uptime"}, "kernel",
                                      [] { return 1250.5; }));
  EXPECT_EQ(registry.prometheus_text(),
            "# HELP ais_target_get_count object GETs\n"
            "# TYPE ais_target_get_count counter\n"
            "ais_target_get_count{bucket=\"\",node_id=\"n1t\"} 3\n"
            "# HELP ais_target_uptime seconds\n"
            "# TYPE ais_target_uptime gauge\n"
            "ais_target_uptime{node_id=\"n1t\"} 1250.5\n"
            "# HELP bryo_moss_inflight batches\\nunder way\n"
            "# TYPE bryo_moss_inflight gauge\n"
            "bryo_moss_inflight{node_id=\"n1t\"} -2\n");
}

TEST(MetricsRegistry, DeclaresATableOfCounters) {
  MetricsRegistry registry("n1t");
  Counter* one = nullptr;
  Counter* two = nullptr;
  ASSERT_TRUE(
      declare_counters(registry, {{&one, "one.n", "ais_target_one", "First."}, {&two, "two.n", "", "Second."}}));
  one->add(1);
  two->add(2);
  EXPECT_THAT(registry.prometheus_text(), HasSubstr("ais_target_one{node_id=\"n1t\"} 1\n"));
  EXPECT_THAT(registry.prometheus_text(), HasSubstr("bryo_two_n{node_id=\"n1t\"} 2\n"));
  Counter* third = nullptr;
  const Status taken = declare_counters(registry, {{&third, "one.n", "ais_target_one", "First again."}});
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code(), Errc::Conflict);
  EXPECT_EQ(third, nullptr);
}

TEST(MetricsRegistry, HistogramIsCumulativeInSeconds) {
  MetricsRegistry registry("n1t");
  auto ttfb = registry.histogram({.name = "ttfb", .help = "first byte", .exposition = "bryo_ttfb_seconds"}, "moss");
  ASSERT_TRUE(ttfb);
  (*ttfb)->observe(std::chrono::microseconds(100));  // the bound belongs to its bucket
  (*ttfb)->observe(std::chrono::milliseconds(3));
  (*ttfb)->observe(std::chrono::seconds(60));
  const std::string page = registry.prometheus_text();
  EXPECT_THAT(page, HasSubstr("# TYPE bryo_ttfb_seconds histogram\n"
                              "bryo_ttfb_seconds_bucket{node_id=\"n1t\",le=\"0.0001\"} 1\n"
                              "bryo_ttfb_seconds_bucket{node_id=\"n1t\",le=\"0.00025\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("le=\"0.005\"} 2\n"));
  EXPECT_THAT(page, HasSubstr("le=\"30\"} 2\n"
                              "bryo_ttfb_seconds_bucket{node_id=\"n1t\",le=\"+Inf\"} 3\n"
                              "bryo_ttfb_seconds_sum{node_id=\"n1t\"} 60.0031\n"
                              "bryo_ttfb_seconds_count{node_id=\"n1t\"} 3\n"));
}

TEST(MetricsRegistry, AFamilyIsKnownBeforeItsFirstSample) {
  MetricsRegistry registry;
  const MetricSpec spec{.name = "wait", .help = "waits", .exposition = "bryo_wait_seconds"};
  ASSERT_TRUE(registry.histogram_family(spec, "kernel", {"verb", "api"}));
  EXPECT_EQ(registry.prometheus_text(), "") << "nothing was measured";
  ASSERT_EQ(registry.families().size(), 1u);
  EXPECT_EQ(registry.families()[0].type, "histogram");
  EXPECT_THAT(registry.families()[0].labels, ElementsAre("api", "verb"));
  const auto taken = registry.counter(spec, "moss");
  ASSERT_FALSE(taken);
  EXPECT_THAT(taken.error().message(), HasSubstr("already registered by 'kernel'"));
  EXPECT_FALSE(registry.histogram_family(spec, "moss", {}));
  EXPECT_FALSE(registry.histogram_family({.name = "x", .help = "", .exposition = "x"}, "kernel", {}));
  ASSERT_TRUE(registry.histogram(spec, "kernel", {{"api", "/"}, {"verb", "GET"}}));
  EXPECT_THAT(registry.prometheus_text(), HasSubstr("# TYPE bryo_wait_seconds histogram\n"));
}

TEST(MetricsRegistry, OneFamilyHasOneHelpAndASampleForEachLabelSet) {
  MetricsRegistry registry;
  const MetricSpec spec{.name = "lst.n", .help = "lists", .exposition = "ais_proxy_lst_count"};
  ASSERT_TRUE(registry.counter(spec, "kernel", {{"bucket", "ais://b"}}));
  ASSERT_TRUE(registry.counter(spec, "kernel", {{"bucket", "ais://a"}}));
  EXPECT_EQ(registry.prometheus_text(),
            "# HELP ais_proxy_lst_count lists\n# TYPE ais_proxy_lst_count counter\n"
            "ais_proxy_lst_count{bucket=\"ais://a\"} 0\nais_proxy_lst_count{bucket=\"ais://b\"} 0\n");
}

TEST(MetricsRegistry, RefusesATakenNameNamingBothOwners) {
  MetricsRegistry registry;
  const MetricSpec spec{.name = "x", .help = "h", .exposition = "bryo_x"};
  ASSERT_TRUE(registry.counter(spec, "moss"));
  const auto again = registry.counter(spec, "s3_api");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code(), Errc::Conflict);
  EXPECT_EQ(again.error().message(),
            "metric 'bryo_x' of 's3_api' is already registered by 'moss'; give it another name");
  EXPECT_EQ(registry.counter(spec, "moss").error().code(), Errc::Conflict);
  EXPECT_EQ(registry.gauge(spec, "moss", {{"a", "b"}}).error().message(),
            "metric 'bryo_x' of 'moss' is a gauge here and a counter elsewhere; give it another name");
}

TEST(MetricsRegistry, RefusesWhatIsMalformed) {
  MetricsRegistry registry;
  const auto code = [&](MetricSpec spec, Labels labels = {}) {
    return registry.gauge(spec, "moss", std::move(labels)).error().code();
  };
  EXPECT_EQ(code({.name = "x", .help = ""}), Errc::InvalidArgument);
  EXPECT_EQ(code({.name = "", .help = "h", .exposition = "y"}), Errc::InvalidArgument);
  EXPECT_EQ(code({.name = "x-y", .help = "h"}), Errc::InvalidArgument);
  EXPECT_EQ(code({.name = "x", .help = "h"}, {{"node_id", "me"}}), Errc::InvalidArgument);
  EXPECT_EQ(code({.name = "x", .help = "h"}, {{"a", "1"}, {"a", "2"}}), Errc::InvalidArgument);
  EXPECT_EQ(registry.prometheus_text(), "");
  EXPECT_EQ(registry.gauge({.name = "x", .help = ""}, "moss").error().message(),
            "metric 'bryo_moss_x' of 'moss' has no help text; say in one sentence what it counts");
}

TEST(MetricsRegistry, TooManyLabelSetsShareOneSample) {
  MetricsRegistry registry;
  const MetricSpec spec{.name = "x", .help = "h", .exposition = "bryo_x"};
  Counter* last = nullptr;
  for (std::size_t i = 0; i < MetricsRegistry::kMaxSamples + 10; ++i) {
    auto counter = registry.counter(spec, "kernel", {{"bucket", std::to_string(i)}});
    ASSERT_TRUE(counter);
    last = *counter;
    last->add();
  }
  EXPECT_EQ(last->value(), 10u);
  EXPECT_THAT(registry.prometheus_text(), HasSubstr("bryo_x{bucket=\"other\"} 10\n"));
}

TEST(MetricsRegistry, TrackerAddsUpAndFiltersByRole) {
  MetricsRegistry registry("n1t");
  registry.set_gateway_id("n1p");
  auto a = registry.counter({.name = "get.n", .help = "h", .exposition = "ais_target_get_count"}, "kernel",
                            {{"bucket", "a"}});
  auto b = registry.counter({.name = "get.n", .help = "h", .exposition = "ais_target_get_count"}, "kernel",
                            {{"bucket", "b"}});
  auto p = registry.counter({.name = "get.n", .help = "h", .exposition = "ais_proxy_get_count"}, "kernel");
  ASSERT_TRUE(a && b && p);
  (*a)->add(2);
  (*b)->add(5);
  (*p)->add(1);
  EXPECT_THAT(registry.tracker("ais_target_"), ElementsAre(Pair("get.n", 7)));
  EXPECT_THAT(registry.tracker("ais_proxy_"), ElementsAre(Pair("get.n", 1)));
  EXPECT_THAT(registry.prometheus_text(), HasSubstr("ais_proxy_get_count{node_id=\"n1p\"} 1\n"));
}

TEST(MetricsRegistry, WithdrawnMetricsAreGoneButTheirObjectsLive) {
  MetricsRegistry registry;
  auto counter = registry.counter({.name = "x", .help = "h"}, "broken");
  ASSERT_TRUE(counter);
  registry.withdraw("broken");
  (*counter)->add();
  EXPECT_THAT(registry.prometheus_text(), Not(HasSubstr("broken")));
  EXPECT_TRUE(registry.counter({.name = "x", .help = "h"}, "broken"));
}

TEST(MetricsRegistry, CountersAreAddedToWhileThePageIsRead) {
  MetricsRegistry registry;
  auto counter = registry.counter({.name = "x", .help = "h", .exposition = "bryo_x"}, "kernel");
  ASSERT_TRUE(counter);
  std::thread adder([&] {
    for (int i = 0; i < 10'000; ++i) (*counter)->add();
  });
  for (int i = 0; i < 100; ++i) {
    ASSERT_THAT(registry.prometheus_text(), HasSubstr("bryo_x "));
    ASSERT_TRUE(registry.gauge({.name = "g", .help = "h"}, "p" + std::to_string(i)));
  }
  adder.join();
  EXPECT_THAT(registry.prometheus_text(), HasSubstr("bryo_x 10000\n"));
}

}  // namespace
}  // namespace bryo::kernel
