#include <bryo/client/uri.h>

#include "json.h"
#include "requests.h"
#include "wire.h"

namespace bryo::client {
namespace {

std::string bucket_target(const BucketName& bucket) {
  return std::string(wire::kBuckets) + "/" + encode_path(bucket.name) + "?" + bucket_query(bucket);
}

BucketName bucket_of(const Json& json) {
  const auto& space = member(json, "namespace");
  return {text_at(json, "provider"), text_at(space, "uuid"), text_at(space, "name"), text_at(json, "name")};
}

}  // namespace

Status Client::create_bucket(const BucketName& bucket) const {
  const auto message = action_message("create-bck");
  MemoryBody body(message);
  auto call = json_call("POST", bucket_target(bucket), body);
  call.repeat = Repeat::IfRefused;
  BRYO_CHECK(check_bucket_name(bucket.name));
  BRYO_TRY(answer, requests_->perform(call, call_));
  static_cast<void>(answer);
  return {};
}

Status Client::destroy_bucket(const BucketName& bucket) const {
  const auto message = action_message("destroy-bck");
  MemoryBody body(message);
  auto call = json_call("DELETE", bucket_target(bucket), body);
  call.repeat = Repeat::IfRefused;
  BRYO_TRY(answer, requests_->perform(call, call_));
  static_cast<void>(answer);
  return {};
}

Result<std::string> Client::bucket_props(const BucketName& bucket) const {
  BRYO_TRY(headers, requests_->perform({.method = "HEAD", .target = bucket_target(bucket)}, call_));
  return std::string(headers.get(wire::kHeaderBucketProps));
}

Result<std::vector<BucketName>> Client::list_buckets(std::string_view provider) const {
  const auto message = action_message("list");
  MemoryBody body(message);
  std::string target(wire::kBuckets);
  // Without a provider: all that the cluster knows (presence 2, as the reference's CLI asks).
  target += provider.empty() ? std::string("?presence=2") : "?provider=" + encode_query(provider);
  BRYO_TRY(answer, requests_->fetch(json_call("GET", target, body), call_));
  BRYO_TRY(json, parse_json(answer.body, "the list of buckets"));
  std::vector<BucketName> buckets;
  if (json.is_array()) {
    for (const auto& one : json) buckets.push_back(bucket_of(one));
  }
  return buckets;
}

}  // namespace bryo::client
