#include <kernel/wire/bucket_text.h>

#include <kernel/wire/api_names.h>
#include <kernel/wire/json_text.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace bryo::kernel {
namespace {

/// The value under `name` in any case; null when absent.
const nlohmann::json* field_of(const nlohmann::json& object, std::string_view name) {
  for (const auto& [key, value] : object.items()) {
    if (Headers::equal_names(key, name)) return &value;
  }
  return nullptr;
}

Status take_text(const nlohmann::json& object, std::string_view name, std::string& out) {
  const auto* value = field_of(object, name);
  if (value == nullptr || value->is_null()) return {};
  if (!value->is_string()) {
    return Error(Errc::InvalidArgument, "failed to unmarshal bucket: \"" + std::string(name) + "\" must be a string");
  }
  out = value->get<std::string>();
  return {};
}

}  // namespace

std::string namespace_text(const BucketName& bucket) { return "@" + bucket.ns_uuid + "#" + bucket.ns_name; }

Result<BucketName> bucket_of_url(std::string_view name, const Query& query) {
  BucketName bucket;
  if (const auto provider = query.get(wire::kQueryProvider); provider && !provider->empty() && *provider != "ais") {
    BRYO_TRY(canonical, canonical_provider(*provider));
    bucket.provider = std::move(canonical);
  }
  if (const auto ns = query.get(wire::kQueryNamespace); ns && !ns->empty()) {
    BRYO_CHECK(parse_namespace(*ns, bucket));
  }
  BRYO_CHECK(check_bucket_name(name));
  bucket.name = name;
  return bucket;
}

Result<BucketName> bucket_of_json(const nlohmann::json& json) {
  BucketName bucket;
  if (json.is_null()) return bucket;
  if (!json.is_object()) return Error(Errc::InvalidArgument, "failed to unmarshal bucket: expecting an object or null");
  std::string provider;
  BRYO_CHECK(take_text(json, "name", bucket.name));
  BRYO_CHECK(take_text(json, "provider", provider));
  BRYO_TRY(canonical, canonical_provider(provider));
  bucket.provider = std::move(canonical);
  if (const auto* ns = field_of(json, "namespace"); ns != nullptr && !ns->is_null()) {
    if (!ns->is_object()) {
      return Error(Errc::InvalidArgument, "failed to unmarshal bucket: \"namespace\" must be an object or null");
    }
    BRYO_CHECK(take_text(*ns, "uuid", bucket.ns_uuid));
    BRYO_CHECK(take_text(*ns, "name", bucket.ns_name));
    BRYO_CHECK(check_namespace(bucket));
  }
  if (!bucket.name.empty()) BRYO_CHECK(check_bucket_name(bucket.name));
  return bucket;
}

std::string bucket_json(const BucketName& bucket) {
  std::string out = "{\"name\":";
  append_json_string(out, bucket.name);
  out.append(",\"provider\":");
  append_json_string(out, bucket.name.empty() ? std::string_view{} : std::string_view(bucket.provider));
  out.append(",\"namespace\":{\"uuid\":");
  append_json_string(out, bucket.ns_uuid);
  out.append(",\"name\":");
  append_json_string(out, bucket.ns_name);
  return out.append("}}");
}

Error not_remote(std::string_view action, const BucketName& bucket) {
  return Error(Errc::InvalidArgument, std::string(action) + ": expecting remote bucket (have " + bucket.uri() + ")",
               wire::kErrNotRemoteBucket);
}

}  // namespace bryo::kernel
