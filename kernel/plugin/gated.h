#pragma once

/// What a plugin contributes, behind its call gate.

#include <bryo/archive.h>
#include <bryo/xaction.h>
#include <kernel/plugin/call_gate.h>

#include <memory>

namespace bryo::kernel {

/// A call that is cancelled answers Unavailable. A streamed body keeps its pass until it has been sent.
RouteHandler gated(std::shared_ptr<CallGate> gate, RouteHandler handler);
/// A job that runs is a call; what the factory or the job throws becomes the job's error.
XactionFactory gated(std::shared_ptr<CallGate> gate, XactionFactory factory);
/// Each call of the reader is a call of the plugin, and an archive that is written is one from its first byte to its
/// last. While the gate is closed readers and writers fail with Unavailable. A drain ends an extraction at its next
/// piece, and an archive between two calls of its writer, however long the client takes to read what it has; an index,
/// one pass over a file, ends by itself. None of it costs anything per member: their calls never wait, so a writer is
/// ended by a function on the loop that it was made and is used on; one that was made on another thread is not.
ArchiveFormat gated(std::shared_ptr<CallGate> gate, ArchiveFormat format);

}  // namespace bryo::kernel
