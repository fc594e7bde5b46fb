#pragma once

/// How buckets are written in queries and messages (http-buckets.md section 1, jobs.md section 1). Pure.

#include <bryo/http.h>
#include <bryo/names.h>
#include <bryo/uname.h>
#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace bryo::kernel {

/// The query form of a namespace, and a key of the bucket metadata: `@uuid#name`, `@#` for the global one.
[[nodiscard]] std::string namespace_text(const BucketName& bucket);

/// The bucket `name` of a URL with `provider` and `namespace` of its query. Fails with 400.
Result<BucketName> bucket_of_url(std::string_view name, const Query& query);

/// `{"name":..,"provider":..,"namespace":{"uuid":..,"name":..}}`; null, absent and empty parts are defaults. Field
/// names in any case. Fails with 400 when a part has the wrong type; an empty name is let through.
Result<BucketName> bucket_of_json(const nlohmann::json& json);

/// The same as one line of JSON. An empty name (no bucket) gives empty parts, as snapshots need.
[[nodiscard]] std::string bucket_json(const BucketName& bucket);

/// What an action for cloud buckets says to another one: 400 (http-api.md section 6).
[[nodiscard]] Error not_remote(std::string_view action, const BucketName& bucket);

}  // namespace bryo::kernel
