#pragma once

/// A plugin's meta store behind its call gate.

#include <bryo/meta_store.h>
#include <kernel/plugin/call_gate.h>

#include <memory>

namespace bryo::kernel {

/// What the plugin throws becomes an error. The gate does not turn these calls away: a node without its metadata is
/// none, so its meta store works before the plugin starts and after it has stopped.
MetaStoreFactory gated(std::shared_ptr<CallGate> gate, MetaStoreFactory factory);

}  // namespace bryo::kernel
