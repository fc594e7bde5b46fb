// What the call gate costs: a route of a plugin beside the same route without the gate, and the drain of calls that are
// suspended. Prints one JSON object.
#include <kernel/plugin/gated.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <thread>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace bryo;
using namespace bryo::kernel;
using namespace std::chrono_literals;

Task<Result<Response>> answer(Request&) { co_return Response(204); }

Task<Result<Response>> sleep_and_answer(Request&) {
  asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
  co_await timer.async_wait(asio::use_awaitable);
  co_return Response(204);
}

/// The node's own numbers about a plugin, as the plugin host makes them.
struct Watched {
  Counter calls;
  Counter errors;
  std::shared_ptr<CallGate> gate = std::make_shared<CallGate>("bench");
  Watched() {
    gate->set_terms({Option<std::int64_t>::fixed(1'000'000), calls, errors});
    gate->open();
  }
};

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Runs `task` as the coroutine of a connection.
void spawn(asio::io_context& loop, Request& request, Task<void> task) {
  auto scope = std::make_shared<CallScope>(loop.get_executor());
  request.scope = scope;
  asio::co_spawn(loop, std::move(task),
                 asio::bind_cancellation_slot(scope->slot(), [scope](const std::exception_ptr&) {}));
}

Task<void> call_often(const RouteHandler& handler, Request& request, int times) {
  for (int i = 0; i < times; ++i) {
    const auto response = co_await handler(request);
    if (!response) std::abort();
  }
}

/// CPU nanoseconds per call.
double cost(const RouteHandler& handler, int times) {
  asio::io_context loop;
  Request request;
  spawn(loop, request, call_often(handler, request, times));
  const double begin = cpu_seconds();
  loop.run();
  return (cpu_seconds() - begin) / times * 1e9;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

Task<void> call_once(const RouteHandler& handler, Request& request) { (void)co_await handler(request); }

/// Milliseconds from the deadline until the last of `calls` has left.
double drain(int calls) {
  Watched watched;
  const RouteHandler handler = gated(watched.gate, sleep_and_answer);
  asio::io_context loop;
  std::deque<Request> requests;
  for (int i = 0; i < calls; ++i) {
    Request& request = requests.emplace_back();
    spawn(loop, request, call_once(handler, request));
  }
  loop.poll();
  std::thread runner([&] { loop.run(); });
  const auto begin = std::chrono::steady_clock::now();
  if (!watched.gate->close_and_wait(CallGate::Closed::Drained, Deadline(begin), Deadline::after(60s))) std::abort();
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
  runner.join();
  return took.count();
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(std::atoi(argv[1]), 1) : 7;
  constexpr int kTimes = 200'000;
  constexpr int kCalls = 1000;
  Watched watched;
  const RouteHandler kernel = answer;
  const RouteHandler plugin = gated(watched.gate, answer);
  std::vector<double> kernel_ns;
  std::vector<double> plugin_ns;
  std::vector<double> drain_ms;
  for (int round = 0; round < rounds; ++round) {
    kernel_ns.push_back(cost(kernel, kTimes));
    plugin_ns.push_back(cost(plugin, kTimes));
    drain_ms.push_back(drain(kCalls));
  }
  std::printf("{\"kernel_route_ns\": %.1f, \"plugin_route_ns\": %.1f, \"drain_1000_ms\": %.3f}\n", median(kernel_ns),
              median(plugin_ns), median(drain_ms));
}
