// One source for plugins that are broken in one way each; the build defines SPECIMEN and SPECIMEN_<NAME>.
#include <bryo/plugin.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>

#if defined(SPECIMEN_UNDEFINED)
extern "C" void bryo_test_nowhere();
#endif

namespace {

[[maybe_unused]] bryo::Task<bryo::Result<bryo::Response>> answer(bryo::Request&) {
  co_return bryo::Response::text("here");
}

/// Waits for ever, and does not care who cancels it.
[[maybe_unused]] bryo::Task<void> sleep_soundly() {
  boost::asio::steady_timer never(co_await boost::asio::this_coro::executor);
  co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
  never.expires_at(std::chrono::steady_clock::time_point::max());
  boost::system::error_code ignored;
  co_await never.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
}

class Specimen final : public bryo::Plugin {
 public:
#if defined(SPECIMEN_BURSTS)
  Specimen() { throw std::runtime_error("not even begun"); }
#endif
  bryo::Status declare(bryo::Registrar& registrar) override {
    const bryo::RouteSpec route{.verb = bryo::Verb::Get, .pattern = "/v1/specimen", .doc = "Answers."};
#if defined(SPECIMEN_UNDEFINED)
    bryo_test_nowhere();
#elif defined(SPECIMEN_FAILS)
    return bryo::Error(bryo::Errc::InvalidArgument, "no luck today");
#elif defined(SPECIMEN_HALFWAY)
    registrar.route({.verb = bryo::Verb::Get, .pattern = "/v1/halfway", .doc = "Answers."}, answer);
    registrar.counter({.name = "n", .help = "Counts."});
    registrar.option<bool>({.key = "flag", .doc = "A flag."});
    return bryo::Error(bryo::Errc::InvalidArgument, "the second half is missing");
#elif defined(SPECIMEN_SILENT)
    registrar.option<bool>({.key = "flag", .doc = ""});
#elif defined(SPECIMEN_MUTE)
    registrar.counter({.name = "n", .help = ""});
#elif defined(SPECIMEN_ECHO)
    registrar.counter({.name = "n", .help = "Counts.", .exposition = "bryo_taken"});
#elif defined(SPECIMEN_DEAF)
    registrar.object_hook({.doc = "Listens."}, nullptr);
#elif defined(SPECIMEN_GREEDY)
    registrar.option<std::int64_t>({.key = "max_calls", .default_value = 3, .doc = "Its own idea of it."});
#elif defined(SPECIMEN_THROWS)
    throw std::runtime_error("out of the window");
#endif
#if defined(SPECIMEN_HALF)
    registrar.route({.verb = bryo::Verb::Get, .pattern = "/v1/half", .doc = "Answers."}, answer);
    registrar.counter({.name = "n", .help = "Counts."});
    registrar.xaction({.name = "half", .doc = "Runs."}, [] { return std::unique_ptr<bryo::Xaction>(); });
    registrar.object_hook({.doc = "Listens."},
                          [](bryo::ObjectChange) -> bryo::Task<bryo::Status> { co_return bryo::Status(); });
    registrar.service<int>({.name = "half", .doc = "A number."}, std::make_shared<int>(1));
    registrar.meta_store({.name = "half", .doc = "Keeps."}, [](const bryo::MetaStorePlace&) {
      return bryo::Result<std::unique_ptr<bryo::MetaStore>>(nullptr);
    });
    registrar.route(route, answer);
#endif
#if defined(SPECIMEN_WORKS) || defined(SPECIMEN_COPIES)
    registrar.xaction({.name = "work", .doc = "Runs."}, [] { return std::unique_ptr<bryo::Xaction>(); });
#endif
#if defined(SPECIMEN_GOOD) || defined(SPECIMEN_CLASHES)
    registrar.route(route, answer);
#endif
    (void)route;
    registrar.option<std::int64_t>({.key = "n", .default_value = 3, .doc = "A number.", .hot = true});
    return {};
  }

  bryo::Task<bryo::Status> start(bryo::Host&) override {
#if defined(SPECIMEN_SLOW)
    co_await sleep_soundly();
#elif defined(SPECIMEN_STUCK)
    co_return bryo::Error(bryo::Errc::Io, "the door is stuck");
#endif
    co_return bryo::Status{};
  }

  bryo::Task<void> stop() override {
#if defined(SPECIMEN_TIRED)
    co_await sleep_soundly();
#elif defined(SPECIMEN_GOOD)
    throw std::runtime_error("not now");
#endif
    co_return;
  }
};

[[maybe_unused]] const char* const kNeedsRight[] = {"right", nullptr};
[[maybe_unused]] const char* const kNeedsLeft[] = {"left", nullptr};
[[maybe_unused]] const char* const kNeedsAbsent[] = {"absent", nullptr};

}  // namespace

#define SPECIMEN_PLUGIN_2(name, needs) BRYO_PLUGIN_NEEDS(name, Specimen, "1.0", "A specimen.", needs)
#define SPECIMEN_PLUGIN(name, needs) SPECIMEN_PLUGIN_2(name, needs)
#if defined(SPECIMEN_NEWER)
extern "C" {
__attribute__((section("bryo_abi"), used)) BRYO_EXPORT extern const char bryo_abi_tag_newer[] = BRYO_ABI_TAG;
BRYO_EXPORT extern const bryo::PluginDescriptor bryo_plugin_newer;
const bryo::PluginDescriptor bryo_plugin_newer = {
    sizeof(bryo::PluginDescriptor), 99, BRYO_ABI_TAG, "newer", "1.0", "A specimen.", nullptr, []() -> bryo::Plugin* {
      return new Specimen();
    }};
}
#elif defined(SPECIMEN_LEFT)
SPECIMEN_PLUGIN(SPECIMEN, kNeedsRight);
#elif defined(SPECIMEN_RIGHT)
SPECIMEN_PLUGIN(SPECIMEN, kNeedsLeft);
#elif defined(SPECIMEN_LONELY)
SPECIMEN_PLUGIN(SPECIMEN, kNeedsAbsent);
#else
SPECIMEN_PLUGIN(SPECIMEN, nullptr);
#endif
