#pragma once

/// Listing a remote bucket (backends.md section 3).

#include <bryo/backend.h>
#include <kernel/store/object_store.h>

#include <unordered_set>

namespace bryo::kernel {

/// The names of `page` that are here. Blocking.
Result<std::unordered_set<std::string>> present_blocking(ObjectStore& store, const Bucket& bucket,
                                                         const BackendPage& page);

}  // namespace bryo::kernel
