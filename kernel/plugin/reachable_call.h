#pragma once

/// A plugin's call inside a coroutine that is not the plugin's (another plugin's request, a transfer), which its gate
/// can end all the same.

#include <kernel/plugin/call_gate.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <optional>
#include <utility>

namespace bryo::kernel {

/// What the coroutine answers that `start()` makes. It runs on the caller's executor with a scope of its own;
/// cancelling the caller cancels it too. Unavailable when the gate ended it, Cancelled when the caller was cancelled,
/// unless it succeeded even so; what it throws becomes an error. Costs three allocations and a posted function: for
/// calls that mostly wait. To be awaited by one who holds a pass.
template <class T, class Start>
Task<T> reachable(std::shared_ptr<CallGate> gate, Start start) {
  namespace asio = boost::asio;
  const Executor executor = co_await asio::this_coro::executor;
  const auto caller = co_await asio::this_coro::cancellation_state;
  const auto scope = std::make_shared<CallScope>(executor);
  // Nothing else uses the caller's slot: what is awaited below has the scope's.
  auto slot = caller.slot();
  if (slot.is_connected()) slot.assign([scope](asio::cancellation_type type) { scope->pass_on(type); });
  CallGate::Inside inside(*gate, scope.get());
  const auto gone = [&] { return caller.cancelled() != asio::cancellation_type::none && !inside.cancelled(); };

  std::optional<T> result;
  try {
    Task<T> call = start();
    auto token = asio::bind_cancellation_slot(scope->slot(), asio::use_awaitable);
    result.emplace(co_await asio::co_spawn(executor, std::move(call), std::move(token)));
    if (!*result && !gone() && !inside.cancelled()) gate->count_error(result->error());
  } catch (...) {
    // What a cancelled call throws is nobody's mistake.
    if (!gone() && !inside.cancelled()) result.emplace(gate->escaped());
  }
  if (slot.is_connected()) slot.clear();
  const bool left = gone();
  const bool ended = inside.leave_cancelled();
  if (result && (*result || !(left || ended))) co_return *std::move(result);
  if (ended) co_return gate->cancelled();
  co_return Error(Errc::Cancelled, "the caller stopped waiting for plugin '" + gate->plugin() + "'");
}

}  // namespace bryo::kernel
