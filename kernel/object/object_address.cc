#include <kernel/object/object_address.h>

#include <kernel/wire/api_names.h>
#include <kernel/wire/bucket_text.h>
#include <kernel/wire/json_text.h>

namespace bryo::kernel {
namespace {

std::string_view without_slashes(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

/// Segments between slashes; "a//b" has two.
int segments(std::string_view path) {
  int count = 0;
  while (!path.empty()) {
    path = without_slashes(path.substr(std::min(path.find('/'), path.size())));
    ++count;
  }
  return count;
}

}  // namespace

std::string ObjectAddress::uri() const { return bucket->name().uri().append("/").append(object); }

Result<ObjectAddress> object_of_url(const Request& request, const BucketRegistry& buckets, BucketAccess access) {
  const std::string_view rest = request.rest;
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos || slash + 1 == rest.size()) return url_too_short(request, 4);
  BRYO_TRY(name, bucket_of_url(rest.substr(0, slash), request.query));
  BRYO_TRY(bucket, buckets.lookup(name));
  BRYO_CHECK(bucket->allows(access));
  const auto object = rest.substr(slash + 1);
  BRYO_CHECK(check_url_object(object));
  return ObjectAddress{.bucket = std::move(bucket), .object = object};
}

Status check_url_object(std::string_view object) {
  const auto checked = check_object_name(object);
  if (checked && !is_utf8(object)) {
    // One such name would break the listing of its whole bucket: msgpack and JSON carry UTF-8 only.
    return Error(Errc::InvalidArgument, "invalid object name \"" + std::string(object.substr(0, 80)) + "\": not UTF-8",
                 wire::kErrInvalidPath);
  }
  if (checked || object.size() > kMaxObjectName || object.find('\0') != std::string_view::npos) return checked;
  return Error(Errc::InvalidArgument, "invalid object name \"" + std::string(object) + "\"", wire::kErrInvalidPath);
}

Error url_too_short(const Request& request, int expected) {
  const auto path = without_slashes(request.path);
  return Error(Errc::InvalidArgument, "URL '" + std::string(path.substr(0, 300)) + "' is too short: expected " +
                                          std::to_string(expected) + " items, got " + std::to_string(segments(path)));
}

Error named_by_target(Error error, std::string_view target_id) {
  if (error.code() != Errc::NotFound) return error;
  return Error(Errc::NotFound, "t[" + std::string(target_id) + "]: " + error.message(), error.tcode());
}

}  // namespace bryo::kernel
