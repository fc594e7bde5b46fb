#pragma once

/// Which object a URL names, and the checks that come before anything is read (http-api.md section 6).

#include <bryo/http.h>
#include <kernel/bucket/bucket_registry.h>

#include <string>
#include <string_view>

namespace bryo::kernel {

/// `object` points into the request.
struct ObjectAddress {
  RegisteredBucketPtr bucket;
  std::string_view object;

  /// `ais://b/o`
  [[nodiscard]] std::string uri() const;
};

/// The object of `BUCKET/OBJECT` (`Request::rest`) and the query. In this order: the names' form (400), the bucket
/// (404), what may be done with it (403), the object's name (400).
Result<ObjectAddress> object_of_url(const Request& request, const BucketRegistry& buckets, BucketAccess access);

/// The rules of http-objects.md section 1, with the wire's text.
Status check_url_object(std::string_view object);

/// `URL 'v1/objects/b' is too short: expected 4 items, got 3`, 400.
[[nodiscard]] Error url_too_short(const Request& request, int expected);

/// `t[ID]: ` in front of the message of a missing object, which the store does not know.
[[nodiscard]] Error named_by_target(Error error, std::string_view target_id);

}  // namespace bryo::kernel
