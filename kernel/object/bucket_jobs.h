#pragma once

/// Actions on buckets that jobs of plugins run.

#include <bryo/http.h>
#include <kernel/object/data_services.h>
#include <kernel/wire/action_message.h>

namespace bryo::kernel {

/// What the path of an action names beside the bucket.
enum class ActionPath : std::uint8_t { Buckets, Objects };

/// Starts the job of an action that the kernel does not run itself, else says why there is none: 200 and its id;
/// polls as BucketAction::polled has them.
Task<Result<Response>> run_bucket_job(const DataServices& services, Request& request, ActionMessage message,
                                      RegisteredBucketPtr bucket, ActionPath path);

}  // namespace bryo::kernel
