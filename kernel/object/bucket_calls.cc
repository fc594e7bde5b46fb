#include <kernel/object/bucket_api.h>

#include <kernel/object/object_address.h>
#include <kernel/wire/api_names.h>
#include <kernel/wire/bool_text.h>
#include <kernel/wire/bucket_text.h>

#include <algorithm>
#include <array>

namespace bryo::kernel {
namespace {

/// The bucket of a URL; anything after its name but slashes belongs to HEAD only.
std::string_view bucket_segment(const Request& request) {
  return std::string_view(request.rest).substr(0, request.rest.find('/'));
}

/// The bucket that a changing call names: with more behind it, the caller means something else.
Result<BucketName> bucket_alone(const Request& request) {
  const auto segment = bucket_segment(request);
  const auto after = std::string_view(request.rest).substr(segment.size());
  if (after.find_first_not_of('/') != std::string_view::npos) {
    return Error(Errc::InvalidArgument,
                 "URL '" + request.path.substr(0, 300) + "' is too long: nothing follows the name of a bucket here");
  }
  return bucket_of_url(segment, request.query);
}

}  // namespace

Task<Result<Response>> BucketApi::post(Request& request) {
  BRYO_CO_TRY(message, parse_action(request.body, "POST"));
  BRYO_CO_TRY(name, bucket_alone(request));
  if (message.action == wire::kActionCreateBucket) {
    BRYO_CO_CHECK(co_await services_.buckets.create(std::move(name), std::move(message.value)));
    co_return Response();
  }
  BRYO_CO_TRY(bucket, services_.buckets.lookup(name));
  co_return co_await run_job(request, std::move(message), std::move(bucket));
}

Task<Result<Response>> BucketApi::put(Request& request) {
  BRYO_CO_TRY(message, parse_action(request.body, "PUT"));
  BRYO_CO_TRY(name, bucket_alone(request));
  BRYO_CO_TRY(bucket, services_.buckets.lookup(name));
  co_return co_await run_job(request, std::move(message), std::move(bucket));
}

Task<Result<Response>> BucketApi::remove(Request& request) {
  BRYO_CO_TRY(message, parse_action(request.body, "DELETE"));
  BRYO_CO_TRY(name, bucket_alone(request));
  BRYO_CO_TRY(bucket, services_.buckets.lookup(name));
  if (message.action == wire::kActionDestroyBucket) {
    if (is_remote(name)) {
      co_return Error(Errc::Unsupported, "cannot destroy cloud bucket " + name.uri() + " - operation not supported",
                      wire::kErrUnsupported);
    }
    BRYO_CO_CHECK(bucket->allows(BucketAccess::DestroyBucket));
    co_return co_await destroy(std::move(name));
  }
  if (message.action == wire::kActionEvictBucket) {
    const bool keep = bool_of(request.query.get(wire::kQueryKeepBucket).value_or("")).value_or(false);
    if (keep && is_remote(name)) {
      co_return Error(Errc::Unsupported,
                      "cannot evict " + name.uri() + " and keep its properties (" +
                          std::string(wire::kQueryKeepBucket) + ") - operation not supported",
                      wire::kErrUnsupported);
    }
    co_return co_await evict(std::move(bucket));
  }
  co_return co_await run_job(request, std::move(message), std::move(bucket));
}

Task<Result<Response>> BucketApi::destroy(BucketName name) {
  BRYO_CO_TRY(id, co_await services_.buckets.destroy(name));
  // The bucket is gone for everybody. What follows gives back space; when it fails, the next start does it.
  auto& store = services_.store;
  auto dropped = co_await services_.blocking.run([&store, id] { return store.drop_bucket_blocking(id); });
  if (dropped) dropped = co_await services_.buckets.forget(id);
  if (!dropped) {
    services_.log.warning("objects of a destroyed bucket stay until the next start",
                          {{"bucket", name.uri()}, {"error", dropped.error().message()}});
  }
  co_return Response();
}

Task<Result<Response>> BucketApi::patch(Request& request) {
  BRYO_CO_TRY(message, parse_action(request.body, "PATCH"));
  BRYO_CO_TRY(name, bucket_alone(request));
  if (message.action == wire::kActionSetBucketProps) {
    BRYO_CO_CHECK(co_await services_.buckets.set_props(std::move(name), std::move(message.value)));
    co_return Response();
  }
  if (message.action == wire::kActionResetBucketProps) {
    BRYO_CO_CHECK(co_await services_.buckets.reset_props(std::move(name)));
    co_return Response();
  }
  co_return Error(Errc::InvalidArgument, "invalid action \"" + message.action.substr(0, 120) +
                                             "\" (expected one of [set-bprops reset-bprops])");
}

Task<Result<Response>> BucketApi::head(Request& request) {
  BRYO_CO_TRY(name, bucket_of_url(bucket_segment(request), request.query));
  BRYO_CO_TRY(bucket, services_.buckets.lookup(name));
  BRYO_CO_CHECK(bucket->allows(BucketAccess::HeadBucket));
  const auto segment = bucket_segment(request).size();
  auto prefix = request.rest.size() > segment ? request.rest.substr(segment + 1) : std::string();
  if (request.query.get(wire::kQuerySummary)) {
    std::string id(request.query.get(wire::kQueryUuid).value_or(""));
    co_return co_await head_summary(std::move(bucket), std::move(prefix), std::move(id));
  }
  if (!prefix.empty()) {
    co_return Error(Errc::InvalidArgument, "a prefix needs the query \"" + std::string(wire::kQuerySummary) + "\"");
  }
  Response response;
  response.headers.add(std::string(wire::kHeaderBucketProps), bucket->props().json());
  co_return response;
}

Task<Result<Response>> BucketApi::without_name(Request& request) { co_return url_too_short(request, 3); }

Task<Status> finish_destroyed_buckets(BucketRegistry& buckets, ObjectStore& store, BlockingPool& blocking) {
  BRYO_CO_TRY(ids, co_await buckets.leftovers());
  for (const auto id : ids) {
    BRYO_CO_CHECK(co_await blocking.run([&store, id] { return store.drop_bucket_blocking(id); }));
    BRYO_CO_CHECK(co_await buckets.forget(id));
  }
  co_return Status{};
}

}  // namespace bryo::kernel
