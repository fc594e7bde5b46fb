#pragma once

/// `/ais/BUCKET[/OBJECT]`: GET, HEAD and PUT without knowing the API (http-api.md section 2).

#include <kernel/object/bucket_api.h>
#include <kernel/object/object_api.h>

#include <optional>

namespace bryo::kernel {

/// Registers the routes. Both handlers may be filled later, before the first request; they outlive the router. Fails
/// with Conflict when one is taken.
Status register_easy_urls(Router& router, std::optional<ObjectApi>& objects, std::optional<BucketApi>& buckets);

}  // namespace bryo::kernel
