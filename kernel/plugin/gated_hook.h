#pragma once

/// A plugin's object hook behind its call gate.

#include <bryo/hook.h>
#include <kernel/plugin/call_gate.h>

#include <memory>

namespace bryo::kernel {

/// What the hook throws becomes an error; a refusal names the plugin. A drain ends what it waits for. While the gate is
/// closed a hook that is asked before fails with Unavailable, and one that is told after is left out.
ObjectHook gated(std::shared_ptr<CallGate> gate, HookTime time, ObjectHook hook);

}  // namespace bryo::kernel
