#pragma once

/// Whether the copy of an object that is here is what its backend has (data-protection.md section 3). Pure.

#include <bryo/objects.h>

namespace bryo::kernel {

/// By the first of these that both have: version, the backend's entity tag, checksum of one type; else by size.
[[nodiscard]] bool same_version(const ObjectAttributes& here, const ObjectAttributes& there);

}  // namespace bryo::kernel
