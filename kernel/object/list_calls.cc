#include <kernel/object/bucket_api.h>

#include <kernel/object/list_entries.h>
#include <kernel/object/remote_bucket.h>
#include <kernel/wire/api_names.h>
#include <kernel/wire/bucket_text.h>
#include <kernel/wire/job_id.h>

#include <iterator>
#include <set>

namespace bryo::kernel {
namespace {

/// An empty body means "list" (http-api.md section 2).
Result<ActionMessage> list_by_default(const Request& request) {
  if (!request.body.empty()) return parse_action(request.body, "GET");
  ActionMessage message;
  message.action = wire::kActionList;
  return message;
}

/// Only what is known here: no backend is asked.
bool only_present(const Request& request) {
  const auto presence = request.query.get(wire::kQueryPresence).value_or("");
  return presence == "2" || presence == "3";
}

}  // namespace

Task<Result<Response>> BucketApi::get_all(Request& request) {
  BRYO_CO_TRY(message, list_by_default(request));
  BRYO_CO_TRY(buckets, match_buckets(request, message.name));
  if (message.action == wire::kActionSummary) {
    co_return co_await summarize(std::move(buckets), std::move(message.value));
  }
  if (message.action != wire::kActionList) co_return invalid_action(message.action);
  std::set<BucketName> names;
  for (const auto& bucket : buckets) names.insert(bucket->name());
  if (names_remote_bucket(request) && message.name.empty() && !only_present(request)) {
    BRYO_CO_TRY(provider, canonical_provider(request.query.get(wire::kQueryProvider).value_or("")));
    BRYO_CO_TRY(seen, co_await remote_names(std::move(provider)));
    names.insert(std::make_move_iterator(seen.begin()), std::make_move_iterator(seen.end()));
  }
  std::string out = "[";
  for (const auto& name : names) {
    if (out.size() > 1) out.push_back(',');
    out.append(bucket_json(name));
  }
  co_return Response::json(out.append("]\n"));
}

Result<std::vector<RegisteredBucketPtr>> BucketApi::match_buckets(const Request& request,
                                                                  const std::string& name) const {
  const auto given = request.query.get(wire::kQueryProvider).value_or("");
  BRYO_TRY(provider, canonical_provider(given));
  if (provider != "ais") BRYO_CHECK(services_.backends.find(provider));
  const auto ns = request.query.get(wire::kQueryNamespace).value_or("");
  BucketName wanted;
  BRYO_CHECK(parse_namespace(ns, wanted));
  auto buckets = services_.buckets.snapshot()->sorted();
  std::erase_if(buckets, [&](const RegisteredBucketPtr& bucket) {
    const auto& its = bucket->name();
    const bool other_namespace = !ns.empty() && (its.ns_name != wanted.ns_name || its.ns_uuid != wanted.ns_uuid);
    return (!given.empty() && its.provider != provider) || other_namespace || (!name.empty() && its.name != name);
  });
  return buckets;
}

Task<Result<Response>> BucketApi::get(Request& request) {
  const auto segment = std::string_view(request.rest).substr(0, request.rest.find('/'));
  BRYO_CO_TRY(name, bucket_of_url(segment, request.query));
  BRYO_CO_TRY(message, list_by_default(request));
  BRYO_CO_TRY(bucket, services_.buckets.lookup(name));
  if (message.action == wire::kActionList) {
    BRYO_CO_CHECK(bucket->allows(BucketAccess::ListObjects));
    const bool msgpack = request.headers.get("Accept").value_or("") == wire::kTypeMsgpack;
    co_return co_await list(std::move(bucket), std::move(message.value), msgpack);
  }
  if (message.action == wire::kActionSummary) {
    std::vector<RegisteredBucketPtr> one{std::move(bucket)};
    co_return co_await summarize(std::move(one), std::move(message.value));
  }
  co_return co_await run_job(request, std::move(message), std::move(bucket));
}

Task<Result<Response>> BucketApi::list(RegisteredBucketPtr bucket, nlohmann::json value, bool msgpack) {
  auto response = co_await list_counted(std::move(bucket), std::move(value), msgpack);
  (response ? metrics_.list_count : metrics_.list_errors)->add();
  co_return response;
}

Task<Result<Response>> BucketApi::list_counted(RegisteredBucketPtr bucket, nlohmann::json value, bool msgpack) {
  BRYO_CO_TRY(message, parse_list_message(value));
  if (message.uuid.empty()) message.uuid = new_job_id();
  if (message.has(kListArchDir)) co_return co_await list_archives(std::move(bucket), std::move(message), msgpack);
  if (is_remote(bucket->name()) && !message.has(kListCached)) {
    co_return co_await list_remote(std::move(bucket), std::move(message), msgpack);
  }
  // Reading directories and making the page may take milliseconds: not on the event loop.
  Response response;
  auto& services = services_;
  BRYO_CO_CHECK(co_await services_.blocking.run([&]() -> Status {
    BRYO_TRY(page, services.store.list_blocking(*bucket, list_request(message)));
    const auto reply = list_reply(std::move(page), message, locations_);
    response = msgpack ? Response::typed(std::string(wire::kTypeMsgpack), list_msgpack(reply))
                       : Response::json(list_json(reply));
    return {};
  }));
  co_return response;
}

}  // namespace bryo::kernel
