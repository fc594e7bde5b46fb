#include <kernel/hook/hook_registry.h>

#include <algorithm>
#include <utility>

namespace bryo::kernel {

Status HookRegistry::add(ObjectHookSpec spec, ObjectHook hook, const std::string& owner) {
  const auto bad = [&](std::string_view why) {
    return Error(Errc::InvalidArgument, "object hook on " + std::string(event_name(spec.event)) + " of '" + owner +
                                            "' has " + std::string(why));
  };
  if (spec.doc.empty()) return bad("no sentence of documentation");
  if (!hook) return bad("no function");
  entries_[static_cast<std::size_t>(spec.event)][static_cast<std::size_t>(spec.time)].push_back(
      {std::move(hook), owner});
  return {};
}

void HookRegistry::withdraw(const std::string& owner) {
  for (auto& times : entries_) {
    for (Entries& entries : times) std::erase_if(entries, [&](const Entry& e) { return e.owner == owner; });
  }
}

bool HookRegistry::any() const noexcept {
  return std::any_of(entries_.begin(), entries_.end(),
                     [](const auto& times) { return !times[0].empty() || !times[1].empty(); });
}

bool HookRegistry::has(ObjectEvent event) const noexcept {
  return !of(event, HookTime::Before).empty() || !of(event, HookTime::After).empty();
}

Task<Status> HookRegistry::before(ObjectChange change) const {
  for (const Entry& entry : of(change.event, HookTime::Before)) {
    Status allowed = co_await entry.hook(change);
    if (!allowed) co_return allowed;
  }
  co_return Status();
}

Task<void> HookRegistry::after(ObjectChange change, Log& log) const {
  for (const Entry& entry : of(change.event, HookTime::After)) {
    const Status told = co_await entry.hook(change);
    if (told) continue;
    log.warning("an object hook failed", {{"plugin", entry.owner},
                                          {"event", std::string(event_name(change.event))},
                                          {"object", change.bucket->name().uri() + "/" + change.object},
                                          {"why", told.error().message()}});
  }
}

}  // namespace bryo::kernel
