#include <kernel/config/option_registry.h>

#include <gmock/gmock.h>

#include <array>
#include <nlohmann/json.hpp>

#include "config_folder.h"

namespace bryo::kernel {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

/// A plugin's section with one key of each type, and a kernel section.
struct Declared {
  OptionRegistry registry;
  Option<Duration> max_wait{*registry.add<Duration>("plugin.moss", {.key = "max_wait",
                                                                    .default_value = 20s,
                                                                    .min = 1s,
                                                                    .max = 1min,
                                                                    .doc = "Wait for one entry from another node.",
                                                                    .hot = true,
                                                                    .api_name = "get_batch.max_wait"})};
  Option<std::int64_t> max_soft_errs{
      *registry.add<std::int64_t>("plugin.moss", {.key = "max_soft_errs",
                                                  .default_value = 8,
                                                  .min = 0,
                                                  .doc = "Missing entries that a batch survives.",
                                                  .api_name = "get_batch.max_soft_errs"})};
  Option<Size> budget{*registry.add<Size>("plugin.moss", {.key = "memory_budget",
                                                          .default_value = Size{2ull << 30},
                                                          .min = Size{1 << 20},
                                                          .max = Size{1ull << 40},
                                                          .doc = "Memory of all batches."})};
  Option<bool> verbose{
      *registry.add<bool>("plugin.moss", {.key = "verbose", .default_value = false, .doc = "Says more.", .hot = true})};
  Option<double> ratio{*registry.add<double>(
      "plugin.moss", {.key = "ratio", .default_value = 0.5, .min = 0.0, .max = 1.0, .doc = "A part of all."})};
  Option<std::string> mode{*registry.add<std::string>(
      "plugin.moss",
      {.key = "mode", .default_value = "auto", .choices = {"auto", "strict", "relaxed"}, .doc = "How."})};
  Option<std::string> secret{*registry.add<std::string>(
      "plugin.moss", {.key = "signature.key", .default_value = "", .doc = "Signs answers.", .hot = true})};
  Option<std::vector<std::string>> roles{*registry.add<std::vector<std::string>>(
      "node", {.key = "roles", .default_value = {"gateway"}, .choices = {"gateway", "target"}, .doc = "What."})};

  Declared() { registry.set_aside("cluster"); }
  std::string error_of(std::string_view toml) { return registry.load_text(toml, "b.toml").error().message(); }
};

TEST(OptionRegistry, DefaultsHoldBeforeAndAfterALoad) {
  Declared d;
  EXPECT_EQ(*d.max_wait, 20s);
  ASSERT_TRUE(d.registry.load_text("", "b.toml"));
  EXPECT_EQ(*d.max_wait, 20s);
  EXPECT_EQ(*d.roles, std::vector<std::string>{"gateway"});
}

TEST(OptionRegistry, ReadsEveryType) {
  Declared d;
  const auto loaded = d.registry.load_text(R"(
[plugin.moss]
max_wait = "1m"
max_soft_errs = 0
memory_budget = "64MiB"
verbose = true
ratio = 1
mode = "strict"
signature = { key = "abc" }
[node]
roles = ["target", "gateway"]
[cluster.anything]
at = "all"
)",
                                           "b.toml");
  ASSERT_TRUE(loaded) << loaded.error().message();
  EXPECT_EQ(*d.max_wait, 1min);
  EXPECT_EQ(*d.max_soft_errs, 0);
  EXPECT_EQ((*d.budget).bytes, 64u << 20);
  EXPECT_TRUE(*d.verbose);
  EXPECT_EQ(*d.ratio, 1.0);
  EXPECT_EQ(*d.mode, "strict");
  EXPECT_EQ(*d.secret, "abc");
  EXPECT_EQ(*d.roles, (std::vector<std::string>{"target", "gateway"}));
}

TEST(OptionRegistry, SaysWhatIsWrong) {
  struct Case {
    const char* toml;
    const char* sentence;
  };
  Declared d;
  for (const Case& c : std::to_array<Case>({
           {"[plugin.moss]\nmax_wiat = \"2s\"",
            "b.toml:2: unknown key 'max_wiat' in [plugin.moss]; did you mean 'max_wait'?"},
           {"[plugin.moss]\n\nmax_wait = \"2h\"",
            "b.toml:3: [plugin.moss] max_wait = \"2h\" is out of range; allowed: 1s to 1m0s"},
           {"[plugin.moss]\nmax_wait = 20", "b.toml:2: [plugin.moss] max_wait = 20 needs a unit, such as \"20s\""},
           {"[plugin.moss]\nmax_wait = \"20\"",
            "b.toml:2: [plugin.moss] max_wait = \"20\" needs a unit, such as \"20s\""},
           {"[plugin.moss]\nmax_wait = \"soon\"",
            "b.toml:2: [plugin.moss] max_wait = \"soon\" is not a duration such as \"1m30s\" or \"500ms\""},
           {"[plugin.moss]\nmax_wait = true",
            "b.toml:2: [plugin.moss] max_wait must be a duration such as \"1m30s\", not true or false"},
           {"[plugin.moss]\nmax_soft_errs = \"8\"",
            "b.toml:2: [plugin.moss] max_soft_errs must be an integer, not a string"},
           {"[plugin.moss]\nmax_soft_errs = 1.5",
            "b.toml:2: [plugin.moss] max_soft_errs must be an integer, not a number with a point"},
           {"[plugin.moss]\nmax_soft_errs = -1",
            "b.toml:2: [plugin.moss] max_soft_errs = -1 is out of range; allowed: at least 0"},
           {"[plugin.moss]\nmemory_budget = \"1KiB\"",
            "b.toml:2: [plugin.moss] memory_budget = \"1KiB\" is out of range; allowed: 1MiB to 1TiB"},
           {"[plugin.moss]\nmemory_budget = -5",
            "b.toml:2: [plugin.moss] memory_budget = -5 is not a size such as \"64MiB\""},
           {"[plugin.moss]\nverbose = \"yes\"", "b.toml:2: [plugin.moss] verbose must be true or false, not a string"},
           {"[plugin.moss]\nratio = nan", "b.toml:2: [plugin.moss] ratio must be a number, not a number with a point"},
           {"[plugin.moss]\nmode = \"strct\"",
            "b.toml:2: [plugin.moss] mode = \"strct\" is not one of auto, strict, relaxed; did you mean 'strict'?"},
           {"[plugin.moss]\nmode = 1979-05-27", "b.toml:2: [plugin.moss] mode must be a string, not a date or time"},
           {"[plugin.moss.signature]\nkeys = \"x\"",
            "b.toml:2: unknown key 'keys' in [plugin.moss.signature]; did you mean 'key'?"},
           {"[plugin.moss]\nsignature = \"x\"",
            "b.toml:2: 'plugin.moss.signature' is a section, not a value; write [plugin.moss.signature] and its keys "
            "below"},
           {"[node]\nroles = [\"gateway\", \"targt\"]",
            "b.toml:2: [node] roles = \"targt\" is not one of gateway, target; did you mean 'target'?"},
           {"[node]\nroles = \"gateway\"", "b.toml:2: [node] roles must be a list of strings, not a string"},
           {"[node]\nroles = [1]", "b.toml:2: [node] roles must be a list of strings, not a list"},
           {"[node]\ncolour = 1", "b.toml:2: unknown key 'colour' in [node]; its keys are roles"},
           {"[nod]\nroles = []", "b.toml:1: unknown section [nod]; did you mean [node]?"},
           {"[plugin.mos]\nx = 1", "b.toml:1: unknown section [plugin.mos]; did you mean [plugin.moss]?"},
           {"[node.rols]\nx = 1", "b.toml:1: unknown section [node.rols]"},
           {"mode = \"auto\"", "b.toml:1: unknown key 'mode' outside any section; did you mean it in [plugin.moss]?"},
           {"\"a\\u001b[31m\" = 1", "b.toml:1: unknown key '\"a\\u001b[31m\"' outside any section"},
           {"plugin = 5", "b.toml:1: 'plugin' is a section, not a value; write [plugin] and its keys below"},
       })) {
    EXPECT_EQ(d.error_of(c.toml), c.sentence);
  }
}

TEST(OptionRegistry, SaysEverythingThatIsWrongAtOnceAndChangesNothing) {
  Declared d;
  EXPECT_EQ(d.error_of("[plugin.moss]\nverbose = true\nmax_wait = \"2h\"\n[nod]\n[node]\nroles = 3\n"),
            "b.toml:3: [plugin.moss] max_wait = \"2h\" is out of range; allowed: 1s to 1m0s\n"
            "b.toml:4: unknown section [nod]; did you mean [node]?\n"
            "b.toml:6: [node] roles must be a list of strings, not an integer");
  EXPECT_FALSE(*d.verbose);
}

TEST(OptionRegistry, SectionsOfPluginsThatAreNotEnabled) {
  Declared d;
  auto document = ConfigDocument::parse("[plugin.s3_api]\nport = 8081\n", "b.toml");
  ASSERT_TRUE(document);
  EXPECT_TRUE(d.registry.load(*document, {.check = true, .known = {"s3_api"}}));
  EXPECT_EQ(d.registry.load(*document, {.check = true, .known = {"s3_pai"}}).error().message(),
            "b.toml:1: unknown section [plugin.s3_api]; did you mean [plugin.s3_pai]?");
  EXPECT_TRUE(d.registry.load(*document, {.check = false}));
}

TEST(OptionRegistry, PluginsAreReadOnceTheyHaveDeclared) {
  OptionRegistry registry;
  auto document = ConfigDocument::parse("[plugin.late]\nx = 5\n", "b.toml");
  ASSERT_TRUE(document && registry.load(*document, {.check = false}));
  const Option<std::int64_t> x(
      *registry.add<std::int64_t>("plugin.late", {.key = "x", .default_value = 1, .doc = "d"}));
  EXPECT_EQ(*x, 1);
  ASSERT_TRUE(registry.load(*document));
  EXPECT_EQ(*x, 5);
  registry.remove("plugin.late");
  EXPECT_FALSE(registry.load(*document));
  EXPECT_EQ(*x, 5);
}

TEST(OptionRegistry, RefusesBadDeclarations) {
  OptionRegistry registry;
  const auto add = [&](std::string section, OptionSpec<std::int64_t> spec) {
    return registry.add<std::int64_t>(section, std::move(spec)).error().message();
  };
  ASSERT_TRUE(registry.add<std::int64_t>("plugin.a", {.key = "x", .default_value = 1, .doc = "d", .api_name = "a.x"}));
  EXPECT_EQ(add("plugin.a", {.key = "x", .default_value = 1, .doc = "d"}),
            "option [plugin.a] x is already declared; give it another name");
  EXPECT_EQ(
      add("plugin.a", {.key = "x.y", .default_value = 1, .doc = "d"}),
      "option [plugin.a] x.y and option [plugin.a] x cannot both exist: one is a table where the other is a value");
  EXPECT_EQ(add("plugin.a", {.key = "y", .default_value = 1, .doc = ""}),
            "option [plugin.a] y has no documentation; say in one sentence what it does");
  EXPECT_EQ(add("plugin.a", {.key = "Y", .default_value = 1, .doc = "d"}),
            "option [plugin.a] Y must be named by lower-case letters, digits and '_'");
  EXPECT_EQ(add("plugin.a", {.key = "y", .default_value = 9, .min = 1, .max = 3, .doc = "d"}),
            "default of [plugin.a] y = 9 is out of range; allowed: 1 to 3");
  EXPECT_EQ(add("plugin.a", {.key = "y", .default_value = 2, .min = 3, .max = 1, .doc = "d"}),
            "option [plugin.a] y has a minimum above its maximum");
  EXPECT_EQ(add("plugin.a", {.key = "y", .default_value = 2, .choices = {"2"}, .doc = "d"}),
            "option [plugin.a] y has choices, which only strings and lists can have");
  EXPECT_EQ(add("plugin.b", {.key = "y", .default_value = 1, .doc = "d", .api_name = "a.x"}),
            "option [plugin.b] y is 'a.x' in the API, and so is option [plugin.a] x");
}

TEST(OptionRegistry, ReferencesAreResolvedAndStayInThePrint) {
  const EnvironmentVariable key("BRYO_TEST_SECRET", "hunter2");
  Declared d;
  ASSERT_TRUE(d.registry.load_text("[plugin.moss]\nsignature.key = \"${BRYO_TEST_SECRET}\"\n", "b.toml"));
  EXPECT_EQ(*d.secret, "hunter2");
  EXPECT_THAT(d.registry.print(), HasSubstr("\nsignature.key = \"${BRYO_TEST_SECRET}\"\n"));
  EXPECT_THAT(d.registry.print(), Not(HasSubstr("hunter2")));
  EXPECT_EQ(d.error_of("[plugin.moss]\nsignature.key = \"${BRYO_TEST_ABSENT}\"\n"),
            "b.toml:2: [plugin.moss] signature.key refers to ${BRYO_TEST_ABSENT}, which is not set in the environment");
}

TEST(OptionRegistry, PrintsEveryKeyWithWhatAnOperatorMustKnow) {
  OptionRegistry registry;
  registry.describe("plugin.moss", "Get-batch.");
  ASSERT_TRUE(registry.add<Duration>(
      "plugin.moss",
      {.key = "max_wait", .default_value = 20s, .min = 1s, .max = 1min, .doc = "Wait for one entry.", .hot = true}));
  ASSERT_TRUE(registry.add<std::string>("plugin.moss",
                                        {.key = "mode", .default_value = "a", .choices = {"a", "b"}, .doc = "How."}));
  ASSERT_TRUE(registry.load_text("plugin.moss.mode = \"b\"", "b.toml"));
  EXPECT_EQ(registry.print(),
            "# Get-batch.\n"
            "[plugin.moss]\n"
            "\n"
            "# Wait for one entry.\n"
            "# Default: \"20s\" (duration). Allowed: 1s to 1m0s. Hot: a reload applies it.\n"
            "#max_wait = \"20s\"\n"
            "\n"
            "# How.\n"
            "# Default: \"a\" (string). Allowed: one of a, b. A change needs a restart.\n"
            "mode = \"b\"\n");
  const auto sections = registry.sections();
  ASSERT_EQ(sections.size(), 1u);
  EXPECT_EQ(sections[0].doc, "Get-batch.");
  ASSERT_EQ(sections[0].options.size(), 2u);
  EXPECT_EQ(sections[0].options[0].allowed, "1s to 1m0s");
  EXPECT_TRUE(sections[0].options[0].hot && sections[0].options[0].effective && !sections[0].options[0].seed);
}

TEST(OptionRegistry, WhatIsPrintedMeansTheSame) {
  const EnvironmentVariable key("BRYO_TEST_SECRET", "x");
  for (const char* toml : {"", R"(
[plugin.moss]
max_wait = "1.5s"
max_soft_errs = 3
memory_budget = "1.5MiB"
verbose = true
ratio = 0.1
mode = "relaxed"
signature.key = "quote \" slash \\ tab \t ${BRYO_TEST_SECRET} $${no}"
[node]
roles = ["target", "gateway"]
)"}) {
    Declared first;
    ASSERT_TRUE(first.registry.load_text(toml, "b.toml"));
    const std::string printed = first.registry.print();
    Declared second;
    const auto loaded = second.registry.load_text(printed, "printed");
    ASSERT_TRUE(loaded) << loaded.error().message() << "\n" << printed;
    EXPECT_EQ(*second.max_wait, *first.max_wait);
    EXPECT_EQ(*second.max_soft_errs, *first.max_soft_errs);
    EXPECT_EQ(*second.budget, *first.budget);
    EXPECT_EQ(*second.verbose, *first.verbose);
    EXPECT_EQ(*second.ratio, *first.ratio);
    EXPECT_EQ(*second.mode, *first.mode);
    EXPECT_EQ(*second.secret, *first.secret);
    EXPECT_EQ(*second.roles, *first.roles);
    EXPECT_EQ(second.registry.print(), printed);
  }
}

ConfigDocument document_of(std::string_view toml) { return *ConfigDocument::parse(toml, "b.toml"); }

TEST(OptionRegistry, ReloadAppliesHotKeysAndNamesColdOnes) {
  Declared d;
  ASSERT_TRUE(d.registry.load_text("[plugin.moss]\nverbose = true\n", "b.toml"));
  auto report = d.registry.reload(document_of("[plugin.moss]\nmax_wait = \"30s\"\nmax_soft_errs = 9\n"));
  ASSERT_TRUE(report);
  EXPECT_THAT(report->applied,
              ElementsAre("[plugin.moss] max_wait: \"20s\" -> \"30s\"", "[plugin.moss] verbose: true -> false"));
  EXPECT_THAT(report->needs_restart, ElementsAre("[plugin.moss] max_soft_errs: 8 -> 9"));
  EXPECT_EQ(*d.max_wait, 30s);
  EXPECT_FALSE(*d.verbose);
  EXPECT_EQ(*d.max_soft_errs, 8);
}

TEST(OptionRegistry, ReloadIsAllOrNothing) {
  Declared d;
  auto report = d.registry.reload(document_of("[plugin.moss]\nmax_wait = \"30s\"\nverbose = 3\n"));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().message(), "b.toml:3: [plugin.moss] verbose must be true or false, not an integer");
  EXPECT_EQ(*d.max_wait, 20s);
}

TEST(OptionRegistry, ReloadDoesNotTellSecrets) {
  const EnvironmentVariable key("BRYO_TEST_SECRET", "hunter2");
  Declared d;
  auto report = d.registry.reload(document_of("plugin.moss.signature.key = \"${BRYO_TEST_SECRET}\""));
  ASSERT_TRUE(report);
  EXPECT_THAT(report->applied, ElementsAre("[plugin.moss] signature.key"));
  EXPECT_EQ(*d.secret, "hunter2");
}

TEST(OptionRegistry, ApiNames) {
  Declared d;
  const auto options = d.registry.api_options();
  ASSERT_EQ(options.size(), 2u);
  EXPECT_EQ(options[0].name, "get_batch.max_wait");
  EXPECT_EQ(options[1].default_value, OptionValue(std::int64_t{8}));

  constexpr auto kRunning = OptionRegistry::ApiCheck::Running;
  const auto error = [&](std::string_view name, std::string_view text) {
    return d.registry.check_api(name, text, kRunning).error();
  };
  EXPECT_EQ(*d.registry.check_api("get_batch.max_wait", "45s", kRunning), OptionValue(Duration(45s)));
  EXPECT_EQ(error("get_batch.max_wait", "2h").message(),
            "invalid get_batch.max_wait=2h0m0s (must be in range [1s, 1m0s])");
  EXPECT_EQ(error("get_batch.max_soft_errs", "9").message(),
            "get_batch.max_soft_errs cannot change while the node runs; set [plugin.moss] max_soft_errs in the "
            "configuration file and restart the node");
  EXPECT_TRUE(d.registry.check_api("get_batch.max_soft_errs", "9", OptionRegistry::ApiCheck::Starting));
  EXPECT_EQ(error("get_batch.bogus", "9").message(), "unknown property \"get_batch.bogus\"");
  EXPECT_EQ(error("get_batch.bogus", "9").status(), 400);
  EXPECT_EQ(error("", "9").code(), Errc::NotFound);
}

TEST(OptionRegistry, TheApiWinsOverTheFileUntilItsValueIsTakenBack) {
  Declared d;
  d.registry.apply_api({{"get_batch.max_wait", OptionValue(Duration(45s))}});
  EXPECT_EQ(*d.max_wait, 45s);
  auto report = d.registry.reload(document_of("plugin.moss.max_wait = \"30s\""));
  ASSERT_TRUE(report);
  EXPECT_THAT(report->applied, IsEmpty());
  EXPECT_THAT(report->overridden, ElementsAre("[plugin.moss] max_wait keeps the value that was set by the API"));
  EXPECT_EQ(*d.max_wait, 45s);
  d.registry.apply_api({});
  EXPECT_EQ(*d.max_wait, 30s);
}

}  // namespace
}  // namespace bryo::kernel
