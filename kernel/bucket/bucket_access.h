#pragma once

/// What may be done with a bucket: its `access` property (http-buckets.md section 3). Pure.

#include <bryo/access.h>
#include <bryo/names.h>

#include <cstdint>
#include <string>

namespace bryo::kernel {

/// `GET`, `HEAD-OBJECT`, ...
[[nodiscard]] std::string_view access_name(BucketAccess access) noexcept;

/// Fails with 403 (ErrBucketAccessDenied) when `granted` lacks the bit. Looking at a bucket and changing its properties
/// are always allowed here: without authentication nobody could otherwise take a denial back.
Status check_access(const BucketName& bucket, std::uint64_t bucket_id, std::uint64_t granted, BucketAccess wanted);

}  // namespace bryo::kernel
