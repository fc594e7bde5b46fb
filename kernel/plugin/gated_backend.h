#pragma once

/// A plugin's backend behind its call gate.

#include <bryo/backend.h>
#include <kernel/plugin/call_gate.h>

namespace bryo::kernel {

/// `factory` behind `gate`: every operation is a call, a content that is being read is one until it is released, and
/// what the plugin throws becomes an error. The gate can end an operation and a read of a content, whoever they run
/// for; they answer Unavailable then.
BackendFactory gated(std::shared_ptr<CallGate> gate, BackendFactory factory);

}  // namespace bryo::kernel
