#pragma once

/// Object hooks: a plugin is asked before, or told after, something happens to an object of this node.

#include <bryo/objects.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace bryo {

/// Whoever does it: a client, a batch, a job, another plugin. Copies that the node fetches from a backend or drops to
/// make room, and buckets that are destroyed as a whole, are no events of objects.
enum class ObjectEvent : std::uint8_t {
  Put,     ///< a new version becomes visible
  Get,     ///< opened to be read; a HEAD is none
  Delete,  ///< removed, in a bucket of a backend also there
  Evict,   ///< the node's copy is removed, on request; the backend keeps the object
};
[[nodiscard]] std::string_view event_name(ObjectEvent event) noexcept;

inline std::string_view event_name(ObjectEvent event) noexcept {
  switch (event) {
    case ObjectEvent::Put:
      return "put";
    case ObjectEvent::Get:
      return "get";
    case ObjectEvent::Delete:
      return "delete";
    case ObjectEvent::Evict:
      return "evict";
  }
  return "put";
}

enum class HookTime : std::uint8_t {
  /// The operation waits. An error refuses it: nothing has happened, and who asked for it reads the hook's sentence.
  /// While the plugin is drained its operations are refused with 503: a rule that is not asked is not kept.
  Before,
  /// It has happened; whoever asked for it waits for the hook too. An error is logged and counted, and changes nothing.
  /// While the plugin is drained it is not told.
  After,
};

/// Declaration of a hook.
struct ObjectHookSpec {
  ObjectEvent event = ObjectEvent::Put;  ///< one hook, one event
  HookTime time = HookTime::After;       ///< and with that, what its failure means
  std::string doc;                       ///< one sentence
};

/// What a hook is told.
struct ObjectChange {
  ObjectEvent event;
  BucketPtr bucket;
  std::string object;
  /// Put, before: size and custom metadata of the new version, whose content is complete; after: all of it. Get, after:
  /// the size. Otherwise empty.
  ObjectAttributes attributes{};
};

/// Must be callable by several threads at once. Hooks of one event run one after the other, those of plugins that
/// others need first, then in the order of `enable`. What a hook does to objects is an event too: one that puts objects
/// on Put must know its own and leave them alone.
using ObjectHook = std::function<Task<Status>(ObjectChange)>;

}  // namespace bryo
