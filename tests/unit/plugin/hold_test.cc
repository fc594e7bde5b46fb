// Who is told to hold an event loop: plugins of shared libraries, wherever their code runs.
#include <bryo/testing.h>
#include <gtest/gtest.h>
#include <kernel/plugin/gated.h>
#include <kernel/plugin/loop_watch.h>
#include <kernel/plugin/plugin_file.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <ctime>
#include <mutex>

namespace bryo::kernel {
namespace {

using namespace std::chrono_literals;

class NoLog final : public Log {
  void debug(std::string_view, Fields) override {}
  void info(std::string_view, Fields) override {}
  void warning(std::string_view, Fields) override {}
  void error(std::string_view, Fields) override {}
};

struct NoSink final : BodySink {
  Task<Status> write(std::span<const BytesView>) override { co_return Status{}; }
  Task<Status> send_object(BytesView, ObjectPtr, std::uint64_t, std::uint64_t) override { co_return Status{}; }
  void trailer(std::string, std::string) override {}
};

/// A plugin of a library, behind its gate.
struct Loaded {
  explicit Loaded(const std::string& name) : gate(std::make_shared<CallGate>(name)) {
    const auto descriptor = load_plugin(name, std::string(SPECIMENS) + "/libbryo_" + name + ".so");
    if (!descriptor) throw std::runtime_error(descriptor.error().message());
    plugin.reset((*descriptor)->create());
    (void)plugin->declare(registrar);
    gate->open();
  }
  [[nodiscard]] RouteHandler route(const std::string& pattern) const { return gated(gate, registrar.handler(pattern)); }

  bryo::testing::FakeRegistrar registrar;
  std::unique_ptr<Plugin> plugin;
  const std::shared_ptr<CallGate> gate;
};

void compute() {
  timespec begin{};
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
  do {
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  } while ((now.tv_sec - begin.tv_sec) * 1000 + (now.tv_nsec - begin.tv_nsec) / 1'000'000 < 90);
}

Task<void> call(RouteHandler handler) {
  Request request;
  auto response = co_await handler(request);
  auto* stream = std::get_if<StreamBody>(&response->body);
  if (stream == nullptr) co_return;
  NoSink sink;
  (void)co_await stream->produce(sink);
}

/// The kernel's own code goes on where a plugin's wait ended, and computes.
Task<void> call_and_compute(RouteHandler handler) {
  co_await call(std::move(handler));
  compute();
}

class LoopHold : public ::testing::Test {
 protected:
  void run(Task<void> task) { boost::asio::co_spawn(loops_.at(0), std::move(task), boost::asio::use_future).get(); }

  /// Holds the loop again and again until the watch has told of `plugin`: a machine that is busy enough lets the
  /// watch's own thread come late. What was told of it, and of whom else.
  LoopWatch::Hold told(const std::string& plugin, const std::function<Task<void>()>& hold) {
    for (const auto end = Deadline::after(30s); !end.expired();) {
      run(hold());
      const std::scoped_lock lock(mutex_);
      const auto found = std::find_if(told_.begin(), told_.end(), [&](const auto& it) { return it.plugin == plugin; });
      if (found != told_.end()) return *found;
    }
    return {};
  }
  LoopWatch::Hold told(const Loaded& by, const std::string& pattern) {
    return told(by.gate->plugin(), [&] { return call(by.route(pattern)); });
  }
  std::size_t told_of(const std::string& plugin) {
    const std::scoped_lock lock(mutex_);
    return static_cast<std::size_t>(
        std::count_if(told_.begin(), told_.end(), [&](const auto& it) { return it.plugin == plugin; }));
  }

  NoLog log_;
  std::mutex mutex_;
  std::vector<LoopWatch::Hold> told_;
  EventLoops loops_{1, log_};
  LoopWatch watch_{loops_, [this](const LoopWatch::Hold& hold) {
                     const std::scoped_lock lock(mutex_);
                     told_.push_back(hold);
                   }};
};

TEST_F(LoopHold, IsFoundWhereverThePluginsCodeRuns) {
  const Loaded hog("hog");
  for (const char* pattern : {"/v1/at-once", "/v1/later", "/v1/stream"}) {
    SCOPED_TRACE(pattern);
    const auto hold = told(hog, pattern);
    EXPECT_EQ(hold.plugin, "hog");
    EXPECT_GT(hold.held, LoopWatch::kLimit);
    EXPECT_EQ(hold.where.substr(0, 17), "libbryo_hog.so+0x");
    const std::scoped_lock lock(mutex_);
    told_.clear();
  }
}

TEST_F(LoopHold, IsFoundInAJob) {
  const Loaded hog("hog");
  const auto factory = gated(hog.gate, hog.registrar.xactions.at(0).second);
  bryo::testing::MemoryXactions::Job context("hold-1");
  const auto job = factory();
  const auto run_job = [](Xaction& it, XactionContext& of) -> Task<void> { (void)co_await it.run(of); };
  EXPECT_EQ(told("hog", [&] { return run_job(*job, context); }).plugin, "hog");
}

TEST_F(LoopHold, OfTheKernelIsNobodys) {
  const Loaded hog("hog");
  const Loaded other("sow");
  for (int i = 0; i < 5; ++i) run(call_and_compute(hog.route("/v1/well-behaved")));
  // The watch looks at one hold after the other: when it tells of this one, it has judged those.
  EXPECT_EQ(told(other, "/v1/later").plugin, "sow");
  EXPECT_EQ(told_of("hog"), 0u);
}

TEST_F(LoopHold, IsToldOnce) {
  const Loaded hog("hog");
  const Loaded other("sow");
  constexpr std::size_t kHolds = 5;
  for (std::size_t i = 0; i < kHolds; ++i) run(call(hog.route("/v1/at-once")));
  EXPECT_EQ(told(other, "/v1/later").plugin, "sow");
  EXPECT_LE(told_of("hog"), kHolds);
}

}  // namespace
}  // namespace bryo::kernel
