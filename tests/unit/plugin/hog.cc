// A plugin that holds event loops, in each place where its code runs; built twice, under the name SPECIMEN.
#include <bryo/plugin.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <ctime>
#include <thread>

namespace {

using bryo::Result;
using bryo::Status;
using bryo::Task;
using namespace std::chrono_literals;

/// Sleeps where it should wait.
[[gnu::noinline]] void block() { std::this_thread::sleep_for(90ms); }

/// The same with the processor: of its own time, because other tests may want it too.
[[gnu::noinline]] void compute() {
  timespec begin{};
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
  do {
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  } while ((now.tv_sec - begin.tv_sec) * 1000 + (now.tv_nsec - begin.tv_nsec) / 1'000'000 < 90);
}

Task<void> wait() {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, 1ms);
  co_await timer.async_wait(boost::asio::use_awaitable);
}

Task<Result<bryo::Response>> at_once(bryo::Request&) {
  block();
  co_return bryo::Response(204);
}
Task<Result<bryo::Response>> later(bryo::Request&) {
  co_await wait();
  compute();
  co_await wait();
  co_return bryo::Response(204);
}
Task<Status> produce(bryo::BodySink&) {
  co_await wait();
  block();
  co_return Status{};
}
Task<Result<bryo::Response>> stream(bryo::Request&) {
  bryo::Response response;
  response.body = bryo::StreamBody{.produce = produce};
  co_return response;
}
Task<Result<bryo::Response>> well_behaved(bryo::Request&) {
  co_await wait();
  co_return bryo::Response(204);
}

class Job final : public bryo::Xaction {
  Task<Status> run(bryo::XactionContext&) override {
    co_await wait();
    compute();
    co_return Status{};
  }
};

class Hog final : public bryo::Plugin {
  Status declare(bryo::Registrar& registrar) override {
    const auto route = [&](std::string pattern, bryo::RouteHandler handler) {
      registrar.route({.verb = bryo::Verb::Get, .pattern = std::move(pattern), .doc = "Holds."}, std::move(handler));
    };
    route("/v1/at-once", at_once);
    route("/v1/later", later);
    route("/v1/stream", stream);
    route("/v1/well-behaved", well_behaved);
    registrar.xaction({.name = "hold", .doc = "Holds."}, [] { return std::make_unique<Job>(); });
    return {};
  }
};

}  // namespace

#define HOG_PLUGIN(name) BRYO_PLUGIN(name, Hog, "1.0", "Holds event loops.")
HOG_PLUGIN(SPECIMEN);
