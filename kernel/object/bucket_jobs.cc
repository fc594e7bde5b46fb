#include <kernel/object/bucket_jobs.h>

#include <kernel/object/bucket_api.h>
#include <kernel/wire/api_names.h>
#include <kernel/wire/bucket_text.h>
#include <kernel/xaction/known_kinds.h>

#include <array>

namespace bryo::kernel {
namespace {

/// The actions that clients know, whether or not a plugin runs them (http-buckets.md section 2).
constexpr auto kJobActions = std::to_array<OwnAction>({
    {Verb::Get, wire::kActionShowInventory},
    {Verb::Get, wire::kActionSummaryShard},
    {Verb::Put, wire::kActionArchive},
    {Verb::Post, wire::kActionMoveBucket},
    {Verb::Post, wire::kActionCopyBucket},
    {Verb::Post, wire::kActionEtlBucket},
    {Verb::Post, wire::kActionCopyObjects},
    {Verb::Post, wire::kActionEtlObjects},
    {Verb::Post, wire::kActionPrefetch},
    {Verb::Post, wire::kActionMakeCopies},
    {Verb::Post, wire::kActionEcEncode},
    {Verb::Post, wire::kActionRechunk},
    {Verb::Post, wire::kActionCreateInventory},
    {Verb::Post, wire::kActionIndexShard},
    {Verb::Delete, wire::kActionDeleteObjects},
    {Verb::Delete, wire::kActionEvictObjects},
    {Verb::Delete, wire::kActionDestroyInventory},
});

Error nobody_runs(std::string_view action) {
  return Error(Errc::Unsupported, "cannot run \"" + std::string(action) + "\" - operation not supported",
               wire::kErrUnsupported);
}

/// Fails with 501 for actions that exist but that nobody runs here, 400 for those that do not exist.
Error refuse(Verb verb, std::string_view action, const BucketName& bucket, ActionPath path) {
  const bool promotes = path == ActionPath::Objects && action == wire::kActionPromote;
  if (promotes) return nobody_runs(action);
  for (const OwnAction& known : kJobActions) {
    if (path != ActionPath::Buckets || known.verb != verb || known.name != action) continue;
    if ((action == wire::kActionPrefetch || action == wire::kActionEvictObjects) && !is_remote(bucket)) {
      return not_remote(action, bucket);
    }
    return nobody_runs(action);
  }
  return invalid_action(action);
}

/// Takes the id out of the value of a poll; "" for the first call.
std::string take_uuid(nlohmann::json& value) {
  if (!value.is_object()) return {};
  std::string id;
  for (auto field = value.begin(); field != value.end();) {
    const bool here = Headers::equal_names(field.key(), wire::kQueryUuid) && field->is_string();
    if (here) id = field->get<std::string>();
    field = here ? value.erase(field) : std::next(field);
  }
  return id;
}

}  // namespace

Task<Result<Response>> BucketApi::run_job(Request& request, ActionMessage message, RegisteredBucketPtr bucket) {
  return run_bucket_job(services_, request, std::move(message), std::move(bucket), ActionPath::Buckets);
}

Task<Result<Response>> run_bucket_job(const DataServices& services, Request& request, ActionMessage message,
                                      RegisteredBucketPtr bucket, ActionPath path) {
  const bool of_objects = path == ActionPath::Objects;
  const auto found = services.jobs.find_action(request.verb, message.action, of_objects);
  if (found.kind == nullptr) {
    if (auto why = services.jobs.why_absent(request.verb, message.action, of_objects)) co_return *std::move(why);
    co_return refuse(request.verb, message.action, bucket->name(), path);
  }
  if (found.action->polled) {
    const std::string id = take_uuid(message.value);
    if (!id.empty()) co_return services.jobs.poll(*found.kind, id, *bucket);
  }
  MessageReader value(message.value, message.action);
  XactionRequest start{.action = std::move(message.action),
                       .name = std::move(message.name),
                       .bucket = std::move(bucket),
                       .target = services.node.target_id,
                       .query = request.query,
                       .value = value,
                       .scope = request.scope};
  BRYO_CO_TRY(id, co_await services.jobs.start(*found.kind, start, {}, request.executor));
  auto response = Response::text(std::move(id));
  if (found.action->polled) response.status = 202;
  co_return response;
}

}  // namespace bryo::kernel
