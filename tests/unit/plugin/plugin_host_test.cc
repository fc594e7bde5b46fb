// Each way in which a plugin is refused, with the sentence that the operator reads.
#include <gtest/gtest.h>
#include <kernel/plugin/plugin_file.h>
#include <kernel/plugin/plugin_host.h>
#include <kernel/runtime/system_clock.h>
#include <kernel/store/checksum.h>
#include <sys/stat.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace bryo::kernel {
namespace {

namespace fs = std::filesystem;

class SilentLog final : public Log {
  void debug(std::string_view, Fields) override {}
  void info(std::string_view, Fields) override {}
  void warning(std::string_view, Fields) override {}
  void error(std::string_view, Fields) override {}
};

class PluginHostTest : public ::testing::Test {
 protected:
  PluginHostTest() {
    std::string pattern = ::testing::TempDir() + "bryo-plugins-XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
  }
  ~PluginHostTest() override { fs::remove_all(directory_); }

  /// A copy of a specimen, so that a test may spoil it.
  std::string install(const std::string& name, const std::string& as = {}) {
    const std::string path = directory_ + "/libbryo_" + (as.empty() ? name : as) + ".so";
    fs::copy_file(std::string(SPECIMENS) + "/libbryo_" + name + ".so", path);
    ::chmod(path.c_str(), 0755);
    return path;
  }

  Status declare(std::vector<std::string> enable, bool skip = false) {
    PluginHostConfig config;
    config.directory = directory_;
    config.enable = std::move(enable);
    config.skip_refused = skip;
    config.start_limit = std::chrono::milliseconds(20);
    config.sha256 = pins_;
    host_ = std::make_unique<PluginHost>(config, registries());
    return host_->declare_all();
  }
  /// How a refusal begins.
  [[nodiscard]] std::string of(const std::string& name) const {
    return "plugin '" + name + "' (" + directory_ + "/libbryo_" + name + ".so): ";
  }
  std::string refusal(std::vector<std::string> enable) {
    const Status status = declare(std::move(enable));
    return status ? "(accepted)" : status.error().message();
  }

  Registries registries() {
    return {options_, metrics_, router_, archives_, xactions_, backends_, meta_stores_, hooks_, services_};
  }
  Status start() {
    const auto no_host = [](const PluginDescription&, const Option<Size>&) -> Result<std::unique_ptr<Host>> {
      return std::unique_ptr<Host>();
    };
    return host_->start_all(no_host, [this](Task<Status> task) { return run(std::move(task)); });
  }
  /// What the specimen's route answers.
  Result<Response> ask() {
    Request request;
    return run(router_.find(Verb::Get, "/v1/specimen").route->handler(request));
  }
  void stop() {
    host_->stop_all(
        Deadline::after(std::chrono::milliseconds(20)), [this](Task<void> task) { run(std::move(task)); }, log_);
  }
  template <class T>
  T run(Task<T> task) {
    auto done = boost::asio::co_spawn(loop_, std::move(task), boost::asio::use_future);
    loop_.restart();
    while (done.wait_for(std::chrono::seconds(0)) != std::future_status::ready) loop_.run_one();
    return done.get();
  }

  boost::asio::io_context loop_;
  SilentLog log_;
  std::string directory_;
  std::vector<std::string> pins_;
  SystemClock clock_;
  OptionRegistry options_;
  MetricsRegistry metrics_;
  Router router_;
  ArchiveRegistry archives_;
  XactionRegistry xactions_{clock_};
  BackendRegistry backends_;
  MetaStoreRegistry meta_stores_;
  HookRegistry hooks_;
  ServiceRegistry services_;
  std::unique_ptr<PluginHost> host_;
};

TEST_F(PluginHostTest, TakesAGoodOne) {
  install("good");
  const Status status = declare({"good"});
  ASSERT_TRUE(status) << status.error().message();
  EXPECT_EQ(host_->describe().at(0).state, PluginState::Declared);
  EXPECT_NE(router_.find(Verb::Get, "/v1/specimen").route, nullptr);
  EXPECT_TRUE(options_.load_text("[plugin.good]\nn = 5\n", "test"));
}

TEST_F(PluginHostTest, NamesTheNearestFile) {
  install("good");
  EXPECT_EQ(refusal({"goood"}), "plugin 'goood': no libbryo_goood.so in " + directory_ + "; did you mean 'good'?");
  EXPECT_EQ(refusal({"../etc"}),
            "plugin '../etc': a plugin's name is 1 to 32 characters of a-z, 0-9 and '_', beginning with a letter");
}

TEST_F(PluginHostTest, RefusesALink) {
  const std::string path = install("good", "hidden");
  fs::create_symlink(path, directory_ + "/libbryo_good.so");
  EXPECT_EQ(refusal({"good"}),
            of("good") + directory_ + "/libbryo_good.so is not a regular file; install the file itself, no link");
}

TEST_F(PluginHostTest, RefusesWhatOthersMayWrite) {
  const std::string path = install("good");
  ::chmod(path.c_str(), 0775);
  EXPECT_EQ(refusal({"good"}), of("good") + path + " is writable by group or others; remove that right (chmod go-w)");
  ::chmod(path.c_str(), 0755);
  ::chmod(directory_.c_str(), 0777);
  EXPECT_EQ(refusal({"good"}),
            of("good") + directory_ + " is writable by group or others; remove that right (chmod go-w)");
}

// Only root can give a file away.
TEST_F(PluginHostTest, RefusesWhatIsSomebodyElses) {
  const std::string path = install("good");
  if (::chown(path.c_str(), 12345, 12345) != 0) return;
  EXPECT_EQ(refusal({"good"}),
            of("good") + path + " belongs to user 12345; it must belong to root or the server's user");
}

TEST_F(PluginHostTest, RefusesAFileThatIsNotTheOnePinned) {
  const std::string path = install("good");
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  const std::string content = bytes.str();
  const std::string sum = checksum_of(ChecksumType::Sha256, std::as_bytes(std::span(content)));
  pins_ = {"goo=" + std::string(64, '1'), "good=" + sum};
  EXPECT_EQ(refusal({"good"}), "(accepted)");
  const std::string other(64, '0');
  pins_ = {"good=" + other};
  EXPECT_EQ(refusal({"good"}), of("good") + "sha256 is " + sum + ", the configuration pins " + other +
                                   "; install the file that was meant, or correct sha256 in [plugins]");
  for (const std::string& pin : std::initializer_list<std::string>{"", "good", "good=", "good=12", "=" + other,
                                                                   "Good=" + other, "good=" + other + "0"}) {
    pins_ = {pin};
    EXPECT_EQ(refusal({"good"}), "[plugins] sha256 has \"" + pin +
                                     "\", which is not NAME=SHA256: give the 64 digits that sha256sum prints");
  }
}

TEST_F(PluginHostTest, RefusesADescriptorThatIsNotWhatItShouldBe) {
  const PluginDescriptor good{
      sizeof(PluginDescriptor),           BRYO_SDK_API, BRYO_ABI_TAG, "good", "1.0", "Does.", nullptr,
      []() -> Plugin* { return nullptr; }};
  EXPECT_TRUE(check_descriptor("good", good));
  const auto why = [&](auto spoil) {
    PluginDescriptor spoilt = good;
    spoil(spoilt);
    return check_descriptor("good", spoilt).error().message();
  };
  EXPECT_EQ(why([](PluginDescriptor& d) { d.size = 8; }),
            "plugin 'good': its descriptor is shorter than this server's; rebuild it against this server's SDK");
  EXPECT_EQ(why([](PluginDescriptor& d) { d.name = "other"; }),
            "plugin 'good': its descriptor says 'other'; file and plugin must have one name: install it as "
            "libbryo_other.so");
  EXPECT_EQ(why([](PluginDescriptor& d) { d.create = nullptr; }),
            "plugin 'good': its descriptor has no create function; declare it with BRYO_PLUGIN");
}

TEST_F(PluginHostTest, ASectionIsHeldAgainstWhatThePluginDeclared) {
  install("good");
  ASSERT_TRUE(declare({"good"}));
  EXPECT_EQ(options_.load_text("[plugin.good]\n\nm = 5\n", "node.toml").error().message(),
            "node.toml:3: unknown key 'm' in [plugin.good]; its keys are memory_budget, max_calls, n");
  const auto wrong = options_.load_text("[plugin.good]\nn = \"five\"\n", "node.toml");
  ASSERT_FALSE(wrong);
  EXPECT_TRUE(wrong.error().message().starts_with("node.toml:2: ")) << wrong.error().message();
}

TEST_F(PluginHostTest, NamesBothWhenJobsClash) {
  install("works");
  install("copies");
  const std::string text = refusal({"works", "copies"});
  EXPECT_TRUE(text.starts_with(of("copies"))) << text;
  EXPECT_NE(text.find("'works'"), std::string::npos) << text;
}

TEST_F(PluginHostTest, ShowsWhatOthersInstalledOnlyWhenAsked) {
  const std::string path = install("good");
  const std::string elsewhere = directory_ + "/elsewhere";
  fs::create_directory(elsewhere);
  fs::rename(path, elsewhere + "/libbryo_good.so");
  PluginHostConfig config;
  config.directory = directory_;
  config.extra_directories = {elsewhere};
  host_ = std::make_unique<PluginHost>(config, registries());
  ASSERT_TRUE(host_->declare_all());
  EXPECT_FALSE(options_.has_section("plugin.good")) << "no code of others runs that nobody enabled";
  config.show_all = true;
  host_ = std::make_unique<PluginHost>(config, registries());
  ASSERT_TRUE(host_->declare_all());
  EXPECT_TRUE(options_.has_section("plugin.good"));
}

TEST_F(PluginHostTest, RefusesAnotherBuildBeforeAnythingOfItRuns) {
  const std::string path = install("good");
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  std::string content = bytes.str();
  const std::string ours = "boost=" BRYO_STRINGIZE(BOOST_VERSION);
  for (std::size_t at = content.find(ours); at != std::string::npos; at = content.find(ours, at + 1)) {
    content.replace(at, ours.size(), "boost=108399");
  }
  std::ofstream(path, std::ios::binary) << content;
  EXPECT_EQ(refusal({"good"}), of("good") + "built with boost=108399, this server needs " + ours +
                                   "; rebuild it against this server's SDK");
}

TEST_F(PluginHostTest, RefusesASanitizedBuild) {
  const std::string path = install("good");
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  std::string content = bytes.str();
  const std::string ours = "san=none";
  for (std::size_t at = content.find(ours); at != std::string::npos; at = content.find(ours, at + 1)) {
    content.replace(at, ours.size(), "san=addr");
  }
  std::ofstream(path, std::ios::binary) << content;
  EXPECT_EQ(refusal({"good"}),
            of("good") + "built with san=addr, this server needs san=none; rebuild it against this server's SDK");
}

TEST_F(PluginHostTest, RefusesJunk) {
  std::ofstream(directory_ + "/libbryo_good.so") << "not a library";
  EXPECT_EQ(refusal({"good"}), of("good") + directory_ +
                                   "/libbryo_good.so is no Bryo plugin (it has no ABI tag); build it with "
                                   "bryo_add_plugin()");
}

TEST_F(PluginHostTest, SurvivesEveryTruncation) {
  const std::string whole = install("good");
  const auto size = fs::file_size(whole);
  for (std::uintmax_t cut = 0; cut < size; cut += size / 97 + 1) {
    fs::resize_file(whole, cut);
    EXPECT_FALSE(read_abi_tag("good", whole) && cut < 64) << cut;
    fs::remove(whole);
    install("good");
  }
}

TEST_F(PluginHostTest, RefusesARenamedFile) {
  const std::string path = install("good", "other");
  EXPECT_EQ(refusal({"other"}),
            of("other") + path + " does not export bryo_plugin_other; is it a renamed file of another plugin?");
}

TEST_F(PluginHostTest, RefusesANewerApi) {
  install("newer");
  EXPECT_EQ(refusal({"newer"}), of("newer") + "needs SDK API 99, this server offers 1; update the server");
}

TEST_F(PluginHostTest, SaysWhichSymbolIsMissing) {
  install("undefined");
  EXPECT_EQ(refusal({"undefined"}),
            of("undefined") +
                "undefined symbol: bryo_test_nowhere; rebuild it with bryo_add_plugin(), which finds this "
                "when it links");
}

TEST_F(PluginHostTest, PassesOnWhatDeclareSays) {
  install("fails");
  install("throws");
  install("bursts");
  const std::string way_out = "; correct that, or take it out of `enable` in [plugins]";
  EXPECT_EQ(refusal({"fails"}), of("fails") + "it refuses: no luck today" + way_out);
  EXPECT_EQ(refusal({"throws"}), of("throws") + "its declare threw: out of the window" + way_out);
  EXPECT_EQ(refusal({"bursts"}), of("bursts") + "its constructor threw: not even begun" + way_out);
}

TEST_F(PluginHostTest, ADeclareThatFailsHalfWayLeavesNothing) {
  install("halfway");
  EXPECT_TRUE(refusal({"halfway"}).starts_with(of("halfway") + "it refuses: the second half is missing; "));
  EXPECT_EQ(router_.find(Verb::Get, "/v1/halfway").route, nullptr);
  EXPECT_FALSE(options_.has_section("plugin.halfway"));
  EXPECT_EQ(metrics_.prometheus_text().find("bryo_halfway"), std::string::npos);
}

TEST_F(PluginHostTest, SaysWhatToChangeInWhatItContributes) {
  for (const char* name : {"silent", "mute", "echo", "greedy"}) install(name);
  ASSERT_TRUE(metrics_.counter({.name = "taken", .help = "Here first."}, "kernel"));
  EXPECT_EQ(refusal({"silent"}),
            of("silent") + "option [plugin.silent] flag has no documentation; say in one sentence what it does");
  EXPECT_EQ(refusal({"mute"}),
            of("mute") + "metric 'bryo_mute_n' of 'mute' has no help text; say in one sentence what it counts");
  EXPECT_EQ(refusal({"echo"}),
            of("echo") + "metric 'bryo_taken' of 'echo' is already registered by 'kernel'; give it another name");
  EXPECT_EQ(refusal({"greedy"}),
            of("greedy") + "option [plugin.greedy] max_calls is already declared; give it another name");
}

TEST_F(PluginHostTest, NamesBothWhenRoutesClash) {
  install("good");
  install("clashes");
  EXPECT_EQ(refusal({"good", "clashes"}), of("clashes") +
                                              "route GET /v1/specimen of 'clashes' is already taken by 'good'; give it "
                                              "another pattern");
}

TEST_F(PluginHostTest, ChecksWhatPluginsNeed) {
  install("lonely");
  install("left");
  install("right");
  EXPECT_EQ(refusal({"lonely"}),
            of("lonely") + "needs 'absent', which is not enabled: add it to `enable` in [plugins]");
  const std::string cycle = refusal({"left", "right"});
  EXPECT_EQ(cycle, of("left") + "needs 'right', which needs it in turn; take one of them out of `enable` in [plugins]");
}

TEST_F(PluginHostTest, SkipsARefusedOneIfAskedTo) {
  install("good");
  install("fails");
  ASSERT_TRUE(declare({"fails", "good"}, true));
  const auto plugins = host_->describe();
  EXPECT_EQ(plugins.at(0).state, PluginState::Refused);
  EXPECT_EQ(plugins.at(0).error,
            of("fails") + "it refuses: no luck today; correct that, or take it out of `enable` in [plugins]");
  EXPECT_NE(metrics_.prometheus_text().find("bryo_plugins_refused 1"), std::string::npos);
  EXPECT_EQ(plugins.at(1).state, PluginState::Declared);
}

TEST_F(PluginHostTest, ListsTwiceIsAnError) {
  install("good");
  EXPECT_EQ(refusal({"good", "good"}), "plugin 'good' is listed twice in [plugins] enable");
}

TEST_F(PluginHostTest, AnswersForPluginsThatAreNotEnabled) {
  install("good");
  ASSERT_TRUE(declare({}));
  const auto match = router_.find(Verb::Get, "/v1/specimen");
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(host_->describe().at(0).state, PluginState::Disabled);
}

TEST_F(PluginHostTest, SaysWhichPluginDidNotStart) {
  install("stuck");
  ASSERT_TRUE(declare({"stuck"}));
  const Status status = start();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message(),
            of("stuck") + "it did not start: the door is stuck; correct that, or take it out of `enable` in [plugins]");
}

TEST_F(PluginHostTest, GivesUpOnAStartThatHangs) {
  install("slow");
  ASSERT_TRUE(declare({"slow"}));
  const Status status = start();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message(),
            of("slow") +
                "it did not start: it was not ready after 20 ms; correct that, or take it out "
                "of `enable` in [plugins]");
}

TEST_F(PluginHostTest, GivesUpOnAStopThatHangs) {
  install("tired");
  ASSERT_TRUE(declare({"tired"}));
  ASSERT_TRUE(start());
  EXPECT_EQ(host_->describe().at(0).state, PluginState::Running);
  stop();
  EXPECT_EQ(host_->describe().at(0).state, PluginState::Draining);
  EXPECT_EQ(host_->describe().at(0).error, "its stop did not end in the time allowed");
}

TEST_F(PluginHostTest, StopsOneThatThrows) {
  install("good");
  ASSERT_TRUE(declare({"good"}));
  ASSERT_TRUE(start());
  stop();
  EXPECT_EQ(host_->describe().at(0).state, PluginState::Stopped);
  EXPECT_EQ(host_->describe().at(0).error, "not now");
}

TEST_F(PluginHostTest, ARefusedOneContributesNothing) {
  install("good");
  install("half");
  ASSERT_TRUE(declare({"good", "half"}, true));
  EXPECT_EQ(host_->describe().at(1).error,
            of("half") + "route GET /v1/specimen of 'half' is already taken by 'good'; give it another pattern");
  EXPECT_EQ(router_.find(Verb::Get, "/v1/half").route, nullptr);
  EXPECT_FALSE(xactions_.snapshots({.kind = "half"}));
  EXPECT_EQ(metrics_.prometheus_text().find("bryo_half_n"), std::string::npos);
  EXPECT_FALSE(hooks_.any());
  EXPECT_FALSE(services_.find("half", typeid(int), "x", {"half"}));
  EXPECT_FALSE(meta_stores_.check("half"));
}

TEST_F(PluginHostTest, RefusesAHookThatIsNone) {
  install("deaf");
  EXPECT_EQ(refusal({"deaf"}), of("deaf") + "object hook on put of 'deaf' has no function");
}

TEST_F(PluginHostTest, DrainsAndStartsWhileTheNodeRuns) {
  install("good");
  ASSERT_TRUE(declare({"good"}));
  ASSERT_TRUE(start());
  EXPECT_TRUE(ask());
  ASSERT_TRUE(host_->drain("good", Deadline::never()));
  EXPECT_EQ(host_->describe("good")->state, PluginState::Drained);
  const auto refused = ask();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status(), 503);
  EXPECT_EQ(refused.error().message(), "plugin 'good' is drained; `bryo plugin start good` lets it take calls again");
  EXPECT_TRUE(host_->drain("good", Deadline::never())) << "what is so already is no error";
  ASSERT_TRUE(host_->start("good"));
  EXPECT_TRUE(ask());
  EXPECT_EQ(host_->describe("good")->calls, 2u);
  EXPECT_EQ(host_->drain("god", Deadline::never()).error().message(),
            "plugin 'god' is not known to this node; did you mean 'good'?");
  ASSERT_TRUE(host_->drain("good", Deadline::never()));
  stop();
  EXPECT_EQ(host_->describe("good")->state, PluginState::Stopped);
  EXPECT_EQ(host_->start("good").error().message(),
            "plugin 'good' is stopped: only a drained plugin can be started; for others change [plugins] and restart "
            "the node");
}

TEST_F(PluginHostTest, DescribesWhatAPluginContributes) {
  install("good");
  ASSERT_TRUE(declare({"good"}));
  const auto plugin = host_->describe("good");
  ASSERT_TRUE(plugin);
  ASSERT_EQ(plugin->contributed.routes.size(), 1u);
  EXPECT_EQ(plugin->contributed.routes[0].pattern, "/v1/specimen");
  std::string keys;
  for (const auto& option : options_.section("plugin.good")) keys += option.key + "=" + option.api_name + " ";
  EXPECT_EQ(keys, "memory_budget=plugin.good.memory_budget max_calls=plugin.good.max_calls n=plugin.good.n ");
}

TEST_F(PluginHostTest, CountsItsCallsAndKeepsToItsLimit) {
  install("good");
  ASSERT_TRUE(declare({"good"}));
  ASSERT_TRUE(start());
  EXPECT_TRUE(ask());
  const std::string page = metrics_.prometheus_text();
  EXPECT_NE(page.find("bryo_plugin_calls_total{plugin=\"good\"} 1"), std::string::npos) << page;
  EXPECT_NE(page.find("bryo_plugin_errors_total{plugin=\"good\"} 0"), std::string::npos) << page;
  EXPECT_NE(page.find("bryo_plugin_in_flight{plugin=\"good\"} 0"), std::string::npos) << page;
  EXPECT_NE(page.find("bryo_plugin_loop_holds_total{plugin=\"good\"} 0"), std::string::npos) << page;
}

TEST_F(PluginHostTest, SafeModeSkipsWhatIsNotOurs) {
  const std::string path = install("good");
  install("lonely");
  const std::string elsewhere = directory_ + "/elsewhere";
  fs::create_directory(elsewhere);
  fs::rename(path, elsewhere + "/libbryo_good.so");
  PluginHostConfig config;
  config.directory = directory_;
  config.extra_directories = {elsewhere};
  config.enable = {"good"};
  config.safe_mode = true;
  host_ = std::make_unique<PluginHost>(config, registries());
  ASSERT_TRUE(host_->declare_all());
  EXPECT_EQ(host_->describe("good")->state, PluginState::Skipped);
  EXPECT_EQ(host_->describe("good")->error, "plugin 'good': not loaded, because of --safe-mode");
  EXPECT_EQ(router_.find(Verb::Get, "/v1/specimen").route, nullptr);
}

TEST_F(PluginHostTest, WhatNobodyEnabledFailsNobody) {
  install("good");
  install("clashes");
  std::ofstream(directory_ + "/libbryo_junk.so") << "not a library";
  ASSERT_TRUE(declare({"good"}));
  EXPECT_EQ(router_.find(Verb::Get, "/v1/specimen").route->owner, "good");
  EXPECT_EQ(host_->describe().at(2).name, "junk");
  EXPECT_EQ(host_->describe().at(2).state, PluginState::Refused);
  EXPECT_NE(metrics_.prometheus_text().find("bryo_plugins_refused 0"), std::string::npos);
}

TEST_F(PluginHostTest, WhoNeedsARefusedOneIsRefused) {
  install("left");
  install("lonely");
  install("right");
  ASSERT_TRUE(declare({"lonely", "left", "right"}, true));
  for (const auto& plugin : host_->describe()) EXPECT_EQ(plugin.state, PluginState::Refused) << plugin.name;
}

}  // namespace
}  // namespace bryo::kernel
