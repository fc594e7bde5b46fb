#include <kernel/plugin/call_gate.h>

namespace bryo::kernel {
namespace {

/// What a route table entry holds; shared, so that a running call keeps the handler it entered.
struct Gated {
  std::shared_ptr<CallGate> gate;
  RouteHandler handler;
};

using Produce = std::function<Task<Status>(BodySink&)>;

Error escaped(CallGate& gate, const std::exception& e) {
  gate.count_exception();
  return Error(Errc::Internal, "plugin '" + gate.plugin() + "': " + e.what());
}

Task<Status> produce(std::shared_ptr<CallGate> gate, std::shared_ptr<CallGate::Pass>, Produce inner, BodySink& sink) {
  try {
    co_return co_await inner(sink);
  } catch (const std::exception& e) {
    co_return escaped(*gate, e);
  }
}

Task<Result<Response>> call(std::shared_ptr<const Gated> target, Request& request) {
  auto pass = target->gate->enter();
  if (!pass) co_return Error(Errc::Unavailable, "plugin '" + target->gate->plugin() + "' is stopping");
  try {
    Result<Response> response = co_await target->handler(request);
    if (response) {
      if (auto* stream = std::get_if<StreamBody>(&response->body)) {
        auto kept = std::make_shared<CallGate::Pass>(std::move(pass));
        stream->produce = [gate = target->gate, kept, inner = std::move(stream->produce)](BodySink& sink) {
          return produce(gate, kept, inner, sink);
        };
      }
    }
    co_return response;
  } catch (const std::exception& e) {
    co_return escaped(*target->gate, e);
  }
}

}  // namespace

CallGate::Pass CallGate::enter() {
  // Counted first: who closes the gate afterwards waits for this call.
  running_.fetch_add(1, std::memory_order_seq_cst);
  if (!open_.load(std::memory_order_seq_cst)) {
    leave();
    return {};
  }
  calls_.fetch_add(1, std::memory_order_relaxed);
  return Pass(shared_from_this());
}

void CallGate::leave() {
  if (running_.fetch_sub(1, std::memory_order_seq_cst) == 1 && !open_.load(std::memory_order_seq_cst)) {
    const std::scoped_lock lock(mutex_);
    empty_.notify_all();
  }
}

bool CallGate::close_and_wait(Deadline deadline) {
  open_.store(false, std::memory_order_seq_cst);
  std::unique_lock lock(mutex_);
  return empty_.wait_until(lock, deadline.at(), [this] { return running_.load(std::memory_order_seq_cst) == 0; });
}

RouteHandler gated(std::shared_ptr<CallGate> gate, RouteHandler handler) {
  auto target = std::make_shared<const Gated>(Gated{std::move(gate), std::move(handler)});
  return [target = std::move(target)](Request& request) { return call(target, request); };
}

}  // namespace bryo::kernel
