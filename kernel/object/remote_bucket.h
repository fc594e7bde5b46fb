#pragma once

/// Buckets of backends are known from their first use (backends.md section 2).

#include <bryo/http.h>
#include <kernel/bucket/bucket_registry.h>

namespace bryo::kernel {

/// Whether the request's bucket is one of another provider.
[[nodiscard]] bool names_remote_bucket(const Request& request);

/// Looks for the bucket at its backend if it was never used. Fails like a lookup.
Task<Status> add_remote_bucket(const Request& request, BucketRegistry& buckets);

/// Calls `method` of `api`, after the bucket has been added. `api` and `request` outlive the answer.
template <class Api>
Task<Result<Response>> with_remote_bucket(Api& api, Task<Result<Response>> (Api::*method)(Request&),
                                          BucketRegistry& buckets, Request& request) {
  BRYO_CO_CHECK(co_await add_remote_bucket(request, buckets));
  co_return co_await (api.*method)(request);
}

}  // namespace bryo::kernel
