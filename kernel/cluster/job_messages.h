#pragma once

/// The messages about jobs (http-jobs.md sections 1 and 3). Pure.

#include <bryo/names.h>
#include <kernel/xaction/xaction_registry.h>
#include <nlohmann/json_fwd.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace bryo::kernel {

/// The body of a job query; unknown fields are ignored. Fails with 400, without a body too.
Result<XactionQuery> parse_job_query(std::string_view body);

/// The `value` of actions start and stop.
struct JobArguments {
  std::string id{};
  std::string kind{};
  std::string node{};  ///< only this target
  std::vector<BucketName> buckets{};
  /// `args`, Bryo's own field: what a kind of a plugin wants to know, an object of strings.
  std::map<std::string, std::string> own{};
};
Result<JobArguments> parse_job_arguments(const nlohmann::json& value);

}  // namespace bryo::kernel
