#include <kernel/cluster/job_messages.h>

#include <kernel/wire/action_message.h>
#include <kernel/wire/bucket_text.h>

namespace bryo::kernel {
namespace {

/// The buckets that restrict a query: `bck`, or `buckets`.
Result<std::vector<BucketName>> buckets_of(const nlohmann::json* bck, const nlohmann::json* buckets) {
  std::vector<BucketName> out;
  const auto take = [&](const nlohmann::json& json) -> Status {
    BRYO_TRY(name, bucket_of_json(json));
    if (!name.name.empty()) out.push_back(std::move(name));
    return {};
  };
  if (bck != nullptr) BRYO_CHECK(take(*bck));
  if (!out.empty() || buckets == nullptr) return out;
  if (!buckets->is_array()) return Error(Errc::InvalidArgument, "\"buckets\" must be an array of buckets");
  for (const auto& bucket : *buckets) BRYO_CHECK(take(bucket));
  return out;
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
  BRYO_TRY(named, buckets_of(bck, buckets));
  query.buckets = std::move(named);
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
  BRYO_TRY(named, buckets_of(bck, buckets));
  arguments.buckets = std::move(named);
  BRYO_TRY(given, own_arguments(own));
  arguments.own = std::move(given);
  return arguments;
}

}  // namespace bryo::kernel
