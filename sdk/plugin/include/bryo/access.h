#pragma once

/// What a bucket's `access` property can allow (http-buckets.md section 3).

#include <cstdint>

namespace bryo {

/// Bits of `access`. Looking at a bucket (HeadBucket) and changing its properties (Patch, SetBucketAcl) are always
/// allowed as long as there is no authentication.
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

}  // namespace bryo
