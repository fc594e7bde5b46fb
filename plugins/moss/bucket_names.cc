#include "bucket_names.h"

#include <algorithm>
#include <string>
#include <utility>

namespace bryo::moss {
namespace {

Result<BucketName> checked(std::string_view name, std::string_view provider, std::string_view ns) {
  BucketName out;
  BRYO_TRY(canonical, canonical_provider(provider));
  out.provider = std::move(canonical);
  BRYO_CHECK(parse_namespace(ns, out));
  BRYO_CHECK(check_bucket_name(name));
  out.name = name;
  return out;
}

Result<BucketPtr> usable(const BucketName& name, const Buckets& buckets) {
  BRYO_TRY(bucket, buckets.find(name));
  BRYO_CHECK(buckets.check_access(*bucket, BucketAccess::Get));
  return bucket;
}

/// The first entry whose bucket is number `index`.
const BatchEntry& first_entry(const BatchRequest& request, std::size_t index) {
  return *std::find_if(request.entries.begin(), request.entries.end(),
                       [index](const BatchEntry& entry) { return entry.bucket == index; });
}

}  // namespace

Result<BucketName> parse_url_bucket(std::string_view name, std::string_view provider, std::string_view ns) {
  return checked(name, provider, ns);
}

Result<BucketName> parse_uname(std::string_view uname) {
  const auto provider_end = uname.find('/');
  const auto ns_end = provider_end == std::string_view::npos ? provider_end : uname.find('/', provider_end + 1);
  const auto name_end = ns_end == std::string_view::npos ? ns_end : uname.find('/', ns_end + 1);
  // The reference reads `a/b/c` as an object `c` of no bucket.
  if (name_end == std::string_view::npos) return Error(Errc::InvalidArgument, "bucket name is missing");
  if (name_end + 1 != uname.size()) {
    return Error(Errc::InvalidArgument, "invalid uname \"" + std::string(uname.substr(0, 200)) +
                                            "\": expected provider/@uuid#namespace/bucket/ and nothing behind it");
  }
  return checked(uname.substr(ns_end + 1, name_end - ns_end - 1), uname.substr(0, provider_end),
                 uname.substr(provider_end + 1, ns_end - provider_end - 1));
}

Result<BucketName> parse_reference(const BucketReference& reference) {
  if (!reference.uname.empty()) return parse_uname(reference.uname);
  return checked(reference.bucket, reference.provider, {});
}

Result<std::vector<BucketPtr>> resolve_buckets(const BatchRequest& request, BucketPtr url_bucket,
                                               const Buckets& buckets) {
  std::vector<BucketPtr> resolved;
  resolved.reserve(request.buckets.size());
  for (std::size_t i = 0; i < request.buckets.size(); ++i) {
    const BucketReference& reference = request.buckets[i];
    if (!reference.is_default()) {
      BRYO_TRY(name, parse_reference(reference));
      BRYO_TRY(bucket, usable(name, buckets));
      resolved.push_back(std::move(bucket));
    } else if (url_bucket) {
      resolved.push_back(url_bucket);
    } else {
      return Error(Errc::InvalidArgument, "missing bucket specification for object \"" +
                                              std::string(first_entry(request, i).object.substr(0, 200)) + "\"");
    }
  }
  return resolved;
}

}  // namespace bryo::moss
