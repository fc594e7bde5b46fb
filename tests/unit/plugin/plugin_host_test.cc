// Each way in which a plugin is refused, with the sentence that the operator reads.
#include <gtest/gtest.h>
#include <kernel/plugin/plugin_file.h>
#include <kernel/plugin/plugin_host.h>
#include <kernel/runtime/system_clock.h>
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

class PluginHostTest : public testing::Test {
 protected:
  PluginHostTest() {
    std::string pattern = testing::TempDir() + "bryo-plugins-XXXXXX";
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
    host_ =
        std::make_unique<PluginHost>(config, Registries{options_, metrics_, router_, archives_, xactions_, backends_});
    return host_->declare_all();
  }
  std::string refusal(std::vector<std::string> enable) {
    const Status status = declare(std::move(enable));
    return status ? "(accepted)" : status.error().message();
  }

  Status start() {
    const auto no_host = [](const std::string&, const Option<Size>&) -> Result<std::unique_ptr<Host>> {
      return std::unique_ptr<Host>();
    };
    return host_->start_all(no_host, [this](Task<Status> task) { return run(std::move(task)); });
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
  SystemClock clock_;
  OptionRegistry options_;
  MetricsRegistry metrics_;
  Router router_;
  ArchiveRegistry archives_;
  XactionRegistry xactions_{clock_};
  BackendRegistry backends_;
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
  EXPECT_EQ(refusal({"good"}), "plugin 'good': " + directory_ +
                                   "/libbryo_good.so is not a regular file; install the file itself, no link");
}

TEST_F(PluginHostTest, RefusesWhatOthersMayWrite) {
  const std::string path = install("good");
  ::chmod(path.c_str(), 0775);
  EXPECT_EQ(refusal({"good"}),
            "plugin 'good': " + path + " is writable by group or others; remove that right (chmod go-w)");
  ::chmod(path.c_str(), 0755);
  ::chmod(directory_.c_str(), 0777);
  EXPECT_EQ(refusal({"good"}),
            "plugin 'good': " + directory_ + " is writable by group or others; remove that right (chmod go-w)");
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
  EXPECT_EQ(refusal({"good"}), "plugin 'good': built with boost=108399, this server needs " + ours +
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
            "plugin 'good': built with san=addr, this server needs san=none; rebuild it against this server's SDK");
}

TEST_F(PluginHostTest, RefusesJunk) {
  std::ofstream(directory_ + "/libbryo_good.so") << "not a library";
  EXPECT_EQ(refusal({"good"}), "plugin 'good': " + directory_ +
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
            "plugin 'other': " + path + " does not export bryo_plugin_other; is it a renamed file of another plugin?");
}

TEST_F(PluginHostTest, RefusesANewerApi) {
  install("newer");
  EXPECT_EQ(refusal({"newer"}), "plugin 'newer': needs SDK API 99, this server offers 1; update the server");
}

TEST_F(PluginHostTest, SaysWhichSymbolIsMissing) {
  install("undefined");
  EXPECT_NE(refusal({"undefined"}).find("undefined symbol: bryo_test_nowhere"), std::string::npos);
}

TEST_F(PluginHostTest, PassesOnWhatDeclareSays) {
  install("fails");
  install("throws");
  EXPECT_EQ(refusal({"fails"}), "plugin 'fails': no luck today");
  EXPECT_EQ(refusal({"throws"}), "plugin 'throws': declare failed: out of the window");
}

TEST_F(PluginHostTest, ADeclareThatFailsHalfWayLeavesNothing) {
  install("halfway");
  EXPECT_EQ(refusal({"halfway"}), "plugin 'halfway': the second half is missing");
  EXPECT_EQ(router_.find(Verb::Get, "/v1/halfway").route, nullptr);
  EXPECT_FALSE(options_.has_section("plugin.halfway"));
  EXPECT_EQ(metrics_.prometheus_text().find("halfway"), std::string::npos);
}

TEST_F(PluginHostTest, SaysWhatToChangeInWhatItContributes) {
  for (const char* name : {"silent", "mute", "echo", "greedy"}) install(name);
  ASSERT_TRUE(metrics_.counter({.name = "taken", .help = "Here first."}, "kernel"));
  EXPECT_EQ(refusal({"silent"}),
            "plugin 'silent': option [plugin.silent] flag has no documentation; say in one sentence what it does");
  EXPECT_EQ(refusal({"mute"}),
            "plugin 'mute': metric 'bryo_mute_n' of 'mute' has no help text; say in one sentence what it counts");
  EXPECT_EQ(refusal({"echo"}),
            "plugin 'echo': metric 'bryo_taken' of 'echo' is already registered by 'kernel'; give it another name");
  EXPECT_EQ(refusal({"greedy"}),
            "plugin 'greedy': option [plugin.greedy] max_calls is already declared; give it another name");
}

TEST_F(PluginHostTest, NamesBothWhenRoutesClash) {
  install("good");
  install("clashes");
  const std::string text = refusal({"good", "clashes"});
  EXPECT_TRUE(text.starts_with("plugin 'clashes': ")) << text;
  EXPECT_NE(text.find("GET /v1/specimen"), std::string::npos) << text;
  EXPECT_NE(text.find("'good'"), std::string::npos) << text;
}

TEST_F(PluginHostTest, ChecksWhatPluginsNeed) {
  install("lonely");
  install("left");
  install("right");
  EXPECT_EQ(refusal({"lonely"}),
            "plugin 'lonely': needs 'absent', which is not enabled: add it to `enable` in [plugins]");
  const std::string cycle = refusal({"left", "right"});
  EXPECT_TRUE(cycle.ends_with("which needs it in turn")) << cycle;
}

TEST_F(PluginHostTest, SkipsARefusedOneIfAskedTo) {
  install("good");
  install("fails");
  ASSERT_TRUE(declare({"fails", "good"}, true));
  const auto plugins = host_->describe();
  EXPECT_EQ(plugins.at(0).state, PluginState::Refused);
  EXPECT_EQ(plugins.at(0).error, "plugin 'fails': no luck today");
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
  EXPECT_EQ(status.error().message(), "plugin 'stuck' did not start: the door is stuck");
}

TEST_F(PluginHostTest, GivesUpOnAStartThatHangs) {
  install("slow");
  ASSERT_TRUE(declare({"slow"}));
  const Status status = start();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message(), "plugin 'slow' did not start: it was not ready after 20 ms");
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
            "plugin 'half': route GET /v1/specimen of 'half' is already taken by 'good'; give it another pattern");
  EXPECT_EQ(router_.find(Verb::Get, "/v1/half").route, nullptr);
  EXPECT_FALSE(xactions_.snapshots({.kind = "half"}));
  EXPECT_EQ(metrics_.prometheus_text().find("bryo_half_n"), std::string::npos);
}

TEST_F(PluginHostTest, DrainsAndStartsWhileTheNodeRuns) {
  install("good");
  ASSERT_TRUE(declare({"good"}));
  ASSERT_TRUE(start());
  const auto ask = [this] {
    Request request;
    return run(router_.find(Verb::Get, "/v1/specimen").route->handler(request));
  };
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
  EXPECT_EQ(keys, "memory_limit=plugin.good.memory_limit max_calls=plugin.good.max_calls n=plugin.good.n ");
}

TEST_F(PluginHostTest, CountsItsCallsAndKeepsToItsLimit) {
  install("good");
  ASSERT_TRUE(declare({"good"}));
  ASSERT_TRUE(start());
  const auto ask = [this] {
    Request request;
    return run(router_.find(Verb::Get, "/v1/specimen").route->handler(request));
  };
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
  host_ =
      std::make_unique<PluginHost>(config, Registries{options_, metrics_, router_, archives_, xactions_, backends_});
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
