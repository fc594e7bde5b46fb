#pragma once

/// What may be done with a bucket: its `access` property (http-buckets.md section 3). Pure.

#include <bryo/names.h>

#include <cstdint>
#include <string>

namespace bryo::kernel {

/// Bits of `access`.
enum class BucketAccess : std::uint64_t {
  Get = 1u << 0,
  HeadObject = 1u << 1,
  Put = 1u << 2,
  Append = 1u << 3,
  DeleteObject = 1u << 4,
  MoveObject = 1u << 5,
  Promote = 1u << 6,
  UpdateObject = 1u << 7,
  HeadBucket = 1u << 8,
  ListObjects = 1u << 9,
  Patch = 1u << 10,
  SetBucketAcl = 1u << 11,
  ListBuckets = 1u << 12,
  ShowCluster = 1u << 13,
  CreateBucket = 1u << 14,
  DestroyBucket = 1u << 15,
  MoveBucket = 1u << 16,
  Admin = 1u << 17,
};

/// `GET`, `HEAD-OBJECT`, ...
[[nodiscard]] std::string_view access_name(BucketAccess access) noexcept;

/// Fails with 403 (ErrBucketAccessDenied) when `granted` lacks the bit. Looking at a bucket and changing its properties
/// are always allowed here: without authentication nobody could otherwise take a denial back.
Status check_access(const BucketName& bucket, std::uint64_t bucket_id, std::uint64_t granted, BucketAccess wanted);

}  // namespace bryo::kernel
