#include <kernel/plugin/call_gate.h>

namespace bryo::kernel {
namespace {

/// What a route table entry holds; shared, so that a running call keeps the handler it entered.
struct Gated {
  std::shared_ptr<CallGate> gate;
  RouteHandler handler;
};

using Produce = std::function<Task<Status>(BodySink&)>;

Task<Status> produce(std::shared_ptr<CallGate> gate, std::shared_ptr<CallGate::Pass>, Produce inner, BodySink& sink) {
  try {
    co_return co_await inner(sink);
  } catch (...) {
    co_return escaped(*gate);
  }
}

Task<Result<Response>> call(std::shared_ptr<const Gated> target, Request& request) {
  auto pass = target->gate->enter();
  if (!pass) co_return refused(*target->gate);
  try {
    Result<Response> response = co_await target->handler(request);
    if (!response) {
      target->gate->count_error();
    } else {
      if (auto* stream = std::get_if<StreamBody>(&response->body)) {
        auto kept = std::make_shared<CallGate::Pass>(std::move(pass));
        stream->produce = [gate = target->gate, kept, inner = std::move(stream->produce)](BodySink& sink) {
          return produce(gate, kept, inner, sink);
        };
      }
    }
    co_return response;
  } catch (...) {
    co_return escaped(*target->gate);
  }
}

/// A plugin's job. `run` counts as a call, so that draining waits for it.
class GatedXaction final : public Xaction {
 public:
  GatedXaction(std::shared_ptr<CallGate> gate, Result<std::unique_ptr<Xaction>> inner)
      : gate_(std::move(gate)), inner_(std::move(inner)) {}

  Task<Status> run(XactionContext& context) override {
    auto pass = gate_->enter();
    if (!pass) co_return refused(*gate_);
    if (!inner_) co_return inner_.error();
    try {
      co_return co_await (*inner_)->run(context);
    } catch (...) {
      co_return escaped(*gate_);
    }
  }

  [[nodiscard]] std::string control_message() const override {
    const auto pass = gate_->enter();
    if (!pass || !inner_) return {};
    try {
      return (*inner_)->control_message();
    } catch (...) {
      return escaped(*gate_).message();
    }
  }

 private:
  const std::shared_ptr<CallGate> gate_;
  const Result<std::unique_ptr<Xaction>> inner_;  ///< or why the factory made none
};

Result<std::unique_ptr<Xaction>> make_xaction(CallGate& gate, const XactionFactory& factory) {
  try {
    if (auto made = factory()) return made;
    return Error(Errc::Internal, "plugin '" + gate.plugin() + "': its factory made no job");
  } catch (...) {
    return escaped(gate);
  }
}

}  // namespace

Error escaped(CallGate& gate) {
  gate.count_exception();
  const std::string who = "plugin '" + gate.plugin() + "': ";
  try {
    throw;
  } catch (const std::exception& e) {
    return Error(Errc::Internal, who + e.what());
  } catch (...) {
    return Error(Errc::Internal, who + "an exception without a text");
  }
}

Error refused(const CallGate& gate) { return Error(Errc::Unavailable, "plugin '" + gate.plugin() + "' is stopping"); }

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
  const auto empty = [this] { return running_.load(std::memory_order_seq_cst) == 0; };
  // wait_until with time_point::max() overflows in libstdc++ 12
  if (deadline.at() != Deadline::never().at()) return empty_.wait_until(lock, deadline.at(), empty);
  empty_.wait(lock, empty);
  return true;
}

RouteHandler gated(std::shared_ptr<CallGate> gate, RouteHandler handler) {
  auto target = std::make_shared<const Gated>(Gated{std::move(gate), std::move(handler)});
  return [target = std::move(target)](Request& request) { return call(target, request); };
}

XactionFactory gated(std::shared_ptr<CallGate> gate, XactionFactory factory) {
  return [gate = std::move(gate), factory = std::move(factory)]() -> std::unique_ptr<Xaction> {
    return std::make_unique<GatedXaction>(gate, make_xaction(*gate, factory));
  };
}

}  // namespace bryo::kernel
