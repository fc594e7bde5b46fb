#include <kernel/cluster/job_messages.h>

#include <kernel/wire/action_message.h>
#include <kernel/wire/bucket_text.h>

namespace bryo::kernel {
namespace {

/// The bucket that restricts a query: `bck`, or the only one of `buckets`.
Result<std::optional<BucketName>> bucket_of(const nlohmann::json* bck, const nlohmann::json* buckets) {
  if (bck == nullptr && buckets != nullptr && buckets->is_array() && buckets->size() == 1) bck = &buckets->front();
  if (bck == nullptr) return std::optional<BucketName>{};
  BRYO_TRY(name, bucket_of_json(*bck));
  if (name.name.empty()) return std::optional<BucketName>{};
  return std::optional(std::move(name));
}

Result<std::map<std::string, std::string>> own_arguments(const nlohmann::json* args) {
  std::map<std::string, std::string> out;
  if (args == nullptr || args->is_null()) return out;
  if (!args->is_object()) return Error(Errc::InvalidArgument, "job arguments: \"args\" must be an object of strings");
  for (const auto& [name, value] : args->items()) {
    if (!value.is_string()) {
      return Error(Errc::InvalidArgument, "job arguments: \"" + name + "\" in \"args\" must be a string");
    }
    out[name] = value.get<std::string>();
  }
  return out;
}

}  // namespace

Result<XactionQuery> parse_job_query(std::string_view body) {
  constexpr std::string_view kWhat = "job query (xact.QueryMsg)";
  BRYO_TRY(json, parse_json(body, kWhat));
  XactionQuery query;
  const nlohmann::json* bck = nullptr;
  const nlohmann::json* buckets = nullptr;
  BRYO_CHECK(MessageReader(json, kWhat)
                 .text("id", query.id)
                 .text("kind", query.kind)
                 .boolean("show_active", query.only_running)
                 .any("bck", bck)
                 .any("buckets", buckets)
                 .finish_lenient());
  BRYO_TRY(bucket, bucket_of(bck, buckets));
  query.bucket = std::move(bucket);
  return query;
}

Result<JobArguments> parse_job_arguments(const nlohmann::json& value) {
  JobArguments arguments;
  const nlohmann::json* bck = nullptr;
  const nlohmann::json* buckets = nullptr;
  const nlohmann::json* own = nullptr;
  BRYO_CHECK(MessageReader(value, "job arguments (xact.ArgsMsg)")
                 .text("id", arguments.id)
                 .text("kind", arguments.kind)
                 .text("daemonid", arguments.node)
                 .any("bck", bck)
                 .any("buckets", buckets)
                 .any("args", own)
                 .ignore("timeout")
                 .ignore("flags")
                 .ignore("force")
                 .ignore("onlyrunning")
                 .finish());
  BRYO_TRY(bucket, bucket_of(bck, buckets));
  arguments.bucket = std::move(bucket);
  BRYO_TRY(named, own_arguments(own));
  arguments.own = std::move(named);
  return arguments;
}

}  // namespace bryo::kernel
