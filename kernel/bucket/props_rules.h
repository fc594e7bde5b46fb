#pragma once

/// What a client may write into the property tree of a bucket. Pure.

#include <bryo/result.h>
#include <nlohmann/json.hpp>

namespace bryo::kernel {

/// Lays `partial` over `tree` (a tree of BucketProps). Fails with 400 naming the key or the value, or with 501.
Status apply_props(nlohmann::ordered_json& tree, const nlohmann::json& partial);

}  // namespace bryo::kernel
