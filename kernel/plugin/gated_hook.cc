#include <kernel/plugin/gated_hook.h>
#include <kernel/plugin/reachable_call.h>

#include <utility>

namespace bryo::kernel {
namespace {

/// Shared, so that a running call keeps the hook it entered.
struct GatedHook {
  std::shared_ptr<CallGate> gate;
  HookTime time;
  ObjectHook hook;
};

Error named(const CallGate& gate, const Error& error) {
  const std::string who = "plugin '" + gate.plugin() + "'";
  if (error.message().starts_with(who)) return error;
  return Error(error.code(), who + ": " + error.message(), error.tcode())
      .with_status(error.status())
      .with_retry_after(error.retry_after());
}

Task<Status> call(std::shared_ptr<const GatedHook> target, ObjectChange change) {
  const auto pass = target->gate->enter();
  if (!pass) co_return target->time == HookTime::After ? Status() : Status(pass.error());
  // Named, because g++ 12 destroys a closure twice that is a temporary of a co_await expression.
  auto start = [&target, &change] { return target->hook(std::move(change)); };
  Status answer = co_await reachable<Status>(target->gate, std::move(start));
  if (!answer) co_return named(*target->gate, answer.error());
  co_return answer;
}

}  // namespace

ObjectHook gated(std::shared_ptr<CallGate> gate, HookTime time, ObjectHook hook) {
  auto target = std::make_shared<const GatedHook>(GatedHook{std::move(gate), time, std::move(hook)});
  return [target = std::move(target)](ObjectChange change) { return call(target, std::move(change)); };
}

}  // namespace bryo::kernel
