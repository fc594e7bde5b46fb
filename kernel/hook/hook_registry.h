#pragma once

/// The object hooks of the running plugins.

#include <bryo/hook.h>
#include <bryo/host.h>

#include <array>
#include <string>
#include <vector>

namespace bryo::kernel {

/// Hooks are added before the node listens and never removed; everything else is thread-safe.
class HookRegistry {
 public:
  /// Fails with InvalidArgument when sentence or function are missing.
  Status add(ObjectHookSpec spec, ObjectHook hook, const std::string& owner);
  /// Takes back what an owner added. Before the first event.
  void withdraw(const std::string& owner);

  [[nodiscard]] bool any() const noexcept;
  /// Whether somebody is asked before it, or told after it.
  [[nodiscard]] bool has(ObjectEvent event) const noexcept;

  /// Asks one hook after the other; the first refusal, with the plugin's name, is the answer.
  Task<Status> before(ObjectChange change) const;
  /// Tells all of them; their failures are logged.
  Task<void> after(ObjectChange change, Log& log) const;

 private:
  struct Entry {
    ObjectHook hook;
    std::string owner;
  };
  using Entries = std::vector<Entry>;
  /// By event, then time.
  std::array<std::array<Entries, 2>, 4> entries_;

  [[nodiscard]] const Entries& of(ObjectEvent event, HookTime time) const noexcept {
    return entries_[static_cast<std::size_t>(event)][static_cast<std::size_t>(time)];
  }
};

}  // namespace bryo::kernel
