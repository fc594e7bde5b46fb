#pragma once

/// What the object and bucket handlers work with.

#include <bryo/host.h>
#include <kernel/archive/archive_registry.h>
#include <kernel/bucket/bucket_registry.h>
#include <kernel/store/object_store.h>
#include <kernel/xaction/xaction_registry.h>

namespace bryo::kernel {

/// References to parts of the node that outlive the handlers.
struct DataServices {
  const NodeIdentity& node;
  BucketRegistry& buckets;
  ObjectStore& store;
  const BackendRegistry& backends;
  ArchiveRegistry& archives;
  XactionRegistry& jobs;
  Memory& memory;
  BlockingPool& blocking;
  Clock& clock;
  Log& log;
};

}  // namespace bryo::kernel
