#include "bucket_names.h"

#include <algorithm>
#include <string>
#include <utility>

namespace bryo::moss {
namespace {

bool name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/// `@uuid#name`, either part may be absent; without a sign it is a name (http-buckets.md section 1).
Status put_namespace(std::string_view ns, BucketName& into) {
  const auto hash = ns.find('#');
  if (ns.starts_with('@')) {
    into.ns_uuid = ns.substr(1, hash == std::string_view::npos ? hash : hash - 1);
    into.ns_name = hash == std::string_view::npos ? std::string_view() : ns.substr(hash + 1);
  } else {
    into.ns_name = ns.substr(hash == 0 ? 1 : 0);
  }
  constexpr std::size_t kMaxUuid = 32;
  if (into.ns_uuid.size() <= kMaxUuid && std::all_of(into.ns_uuid.begin(), into.ns_uuid.end(), name_character) &&
      std::all_of(into.ns_name.begin(), into.ns_name.end(), name_character)) {
    return {};
  }
  return Error(Errc::InvalidArgument,
               "namespace is invalid: may only contain letters, numbers, dashes (-), underscores (_), and dots (.)");
}

Result<BucketName> checked(std::string_view name, std::string_view provider, std::string_view ns) {
  BucketName out;
  BRYO_TRY(canonical, canonical_provider(provider));
  out.provider = std::move(canonical);
  BRYO_CHECK(put_namespace(ns, out));
  BRYO_CHECK(check_bucket_name(name));
  out.name = name;
  return out;
}

Result<BucketPtr> usable(const BucketName& name, const Buckets& buckets) {
  BRYO_TRY(bucket, buckets.find(name));
  BRYO_CHECK(buckets.check_readable(*bucket));
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
