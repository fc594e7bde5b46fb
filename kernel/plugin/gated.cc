#include <kernel/plugin/gated.h>
#include <kernel/xaction/running_xaction.h>

#include <boost/asio/this_coro.hpp>
#include <optional>
#include <utility>

namespace bryo::kernel {
namespace {

namespace asio = boost::asio;

using GatePtr = std::shared_ptr<CallGate>;

/// What a route table entry holds; shared, so that a running call keeps the handler it entered.
struct Gated {
  GatePtr gate;
  RouteHandler handler;
};

using Produce = std::function<Task<Status>(BodySink&)>;

/// What a streamed body needs of the call that made it.
struct Stream {
  GatePtr gate;
  CallGate::Pass pass;
  std::shared_ptr<CallScope> scope;
  Produce inner;
};

/// What a call answers that threw: the gate ended it, or it is the plugin's mistake. Only inside a catch block.
Error thrown(CallGate& gate, const CallGate::Inside& inside) {
  return inside.cancelled() ? gate.cancelled() : gate.escaped();
}

Task<Status> produce(std::shared_ptr<const Stream> stream, BodySink& sink) {
  std::optional<Status> status;
  CallGate::Inside inside(*stream->gate, stream->scope.get());
  try {
    status = co_await stream->inner(sink);
    if (!*status) stream->gate->count_error(status->error());
  } catch (...) {
    status = thrown(*stream->gate, inside);
  }
  if (inside.leave_cancelled()) {
    co_await asio::this_coro::reset_cancellation_state();
    if (!*status) status = stream->gate->cancelled();
  }
  co_return *std::move(status);
}

Task<Result<Response>> call(std::shared_ptr<const Gated> target, Request& request) {
  auto pass = target->gate->enter();
  if (!pass) co_return pass.error();
  std::optional<Result<Response>> response;
  CallGate::Inside inside(*target->gate, request.scope.get());
  try {
    response.emplace(co_await target->handler(request));
    if (!*response) target->gate->count_error(response->error());
  } catch (...) {
    response.emplace(thrown(*target->gate, inside));
  }
  if (inside.leave_cancelled()) {
    co_await asio::this_coro::reset_cancellation_state();
    if (!*response) co_return target->gate->cancelled();
  }
  if (!*response) co_return *std::move(response);
  if (auto* stream = std::get_if<StreamBody>(&(*response)->body)) {
    auto kept = std::make_shared<const Stream>(
        Stream{target->gate, *std::move(pass), request.scope, std::move(stream->produce)});
    stream->produce = [kept = std::move(kept)](BodySink& sink) { return produce(kept, sink); };
  }
  co_return *std::move(response);
}

/// A plugin's job. From `prepare` on it counts as a call until it is destroyed, so that draining waits for that too.
class GatedXaction final : public Xaction {
 public:
  GatedXaction(GatePtr gate, Result<std::unique_ptr<Xaction>> inner)
      : gate_(std::move(gate)), inner_(std::move(inner)) {}

  Task<Result<XactionPlan>> prepare(XactionRequest& request) override {
    BRYO_CO_CHECK(enter());
    co_return co_await within((*inner_)->prepare(request), request.scope.get());
  }

  Task<Status> run(XactionContext& context) override {
    if (!pass_) BRYO_CO_CHECK(enter());
    auto* job = dynamic_cast<RunningXaction*>(&context);
    co_return co_await within((*inner_)->run(context), job != nullptr ? job->scope() : nullptr);
  }

  [[nodiscard]] std::string control_message() const override { return ask(&Xaction::control_message); }
  [[nodiscard]] std::string extension() const override { return ask(&Xaction::extension); }

 private:
  Status enter() {
    BRYO_TRY(pass, gate_->enter());
    pass_.emplace(std::move(pass));
    if (!inner_) return inner_.error();
    return {};
  }

  template <class T>
  Task<Result<T>> within(Task<Result<T>> work, CallScope* scope) {
    CallGate::Inside inside(*gate_, scope);
    std::optional<Result<T>> result;
    try {
      result.emplace(co_await std::move(work));
      if (!*result) gate_->count_error(result->error());
    } catch (...) {
      result.emplace(thrown(*gate_, inside));
    }
    if (inside.leave_cancelled()) {
      co_await asio::this_coro::reset_cancellation_state();
      if (!*result) result.emplace(gate_->cancelled());
    }
    co_return *std::move(result);
  }

  std::string ask(std::string (Xaction::*question)() const) const {
    if (!inner_) return {};
    try {
      return ((**inner_).*question)();
    } catch (...) {
      return gate_->escaped().message();
    }
  }

  const GatePtr gate_;
  std::optional<CallGate::Pass> pass_;
  const Result<std::unique_ptr<Xaction>> inner_;  ///< or why the factory made none
};

Result<std::unique_ptr<Xaction>> make_xaction(CallGate& gate, const XactionFactory& factory) {
  try {
    if (auto made = factory()) return made;
    return Error(Errc::Internal, "plugin '" + gate.plugin() + "': its factory made no job");
  } catch (...) {
    return gate.escaped();
  }
}

}  // namespace

RouteHandler gated(GatePtr gate, RouteHandler handler) {
  auto target = std::make_shared<const Gated>(Gated{std::move(gate), std::move(handler)});
  return [target = std::move(target)](Request& request) { return call(target, request); };
}

XactionFactory gated(GatePtr gate, XactionFactory factory) {
  return [gate = std::move(gate), factory = std::move(factory)]() -> std::unique_ptr<Xaction> {
    return std::make_unique<GatedXaction>(gate, make_xaction(*gate, factory));
  };
}

}  // namespace bryo::kernel
