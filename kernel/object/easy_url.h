#pragma once

/// `GET /ais/BUCKET[/OBJECT]`: reading without knowing the API (http-api.md section 2).

#include <kernel/object/bucket_api.h>
#include <kernel/object/object_api.h>

namespace bryo::kernel {

/// Registers the routes. Both handlers outlive the router. Fails with Conflict when one is taken.
Status register_easy_urls(Router& router, ObjectApi& objects, BucketApi& buckets);

}  // namespace bryo::kernel
