#include <kernel/object/object_api.h>

#include <kernel/object/bucket_jobs.h>
#include <kernel/object/custom_metadata.h>
#include <kernel/wire/action_message.h>
#include <kernel/wire/api_names.h>
#include <kernel/wire/bool_text.h>
#include <kernel/wire/bucket_text.h>

namespace bryo::kernel {
namespace {

Error unsupported(std::string_view action) {
  return Error(Errc::Unsupported, "cannot " + std::string(action) + " - operation not supported",
               wire::kErrUnsupported);
}

}  // namespace

Task<Result<Response>> ObjectApi::remove(Request& request) {
  auto response = co_await remove_counted(request);
  (response ? metrics_.delete_count : metrics_.delete_errors)->add();
  co_return response;
}

Task<Result<Response>> ObjectApi::remove_counted(Request& request) {
  BRYO_CO_TRY(address, object_of_url(request, services_.buckets, BucketAccess::DeleteObject));
  const std::string upload(request.query.get(wire::kQueryUploadId).value_or(""));
  if (request.body.empty() && !upload.empty()) co_return co_await abort_multipart(std::move(address), upload);
  if (!request.body.empty()) {
    BRYO_CO_TRY(message, parse_action(request.body, "DELETE"));
    if (message.action == wire::kActionMultipartAbort) co_return co_await abort_multipart(std::move(address), upload);
    if (!upload.empty()) co_return invalid_action(message.action);
    if (message.action == wire::kActionEvictObjects) co_return co_await evict(std::move(address));
    if (!message.action.empty()) co_return invalid_action(message.action);
  }
  auto removed = co_await services_.store.remove(address.bucket, std::string(address.object));
  if (!removed) {
    if (removed.error().code() != Errc::NotFound) co_return std::move(removed).error();
    co_return Error(Errc::NotFound, address.uri() + " doesn't exist");
  }
  co_return Response();
}

Task<Result<Response>> ObjectApi::patch(Request& request) {
  BRYO_CO_TRY(address, object_of_url(request, services_.buckets, BucketAccess::UpdateObject));
  BRYO_CO_TRY(message, parse_action(request.body, "PATCH"));
  BRYO_CO_TRY(custom, custom_of_json(message.value, address.uri()));
  const bool replace = bool_of(request.query.get(wire::kQueryReplaceCustom).value_or("")).value_or(false);
  const std::string object(address.object);
  // The closure captures references only: this compiler destroys captured values of an awaited temporary twice.
  auto changed = co_await services_.blocking.run(
      [&] { return services_.store.set_custom_blocking(*address.bucket, object, std::move(custom), replace); });
  if (!changed) co_return named_by_target(std::move(changed).error(), services_.node.target_id);
  co_return Response();
}

Task<Result<Response>> ObjectApi::post(Request& request) {
  if (request.rest.find('/') == std::string::npos) co_return co_await post_to_bucket(request);
  BRYO_CO_TRY(message, parse_action(request.body, "POST"));
  const auto& action = message.action;
  const auto access = action == wire::kActionRenameObject ? BucketAccess::MoveObject
                      : action == wire::kActionCheckLock  ? BucketAccess::HeadObject
                                                          : BucketAccess::Put;
  BRYO_CO_TRY(address, object_of_url(request, services_.buckets, access));
  if (action == wire::kActionCheckLock) {
    // Readers never block here and a write is one atomic step: an object is free, unless its backend is sending it.
    if (services_.store.arriving(*address.bucket, address.object)) co_return Response(423);
    auto object = co_await open_present(address);
    if (!object && !is_remote(address.bucket->name())) co_return std::move(object).error();
    co_return Response();
  }
  if (action == wire::kActionRenameObject) co_return co_await rename(std::move(address), std::move(message.name));
  if (action == wire::kActionMultipartUpload) co_return co_await begin_multipart(std::move(address));
  if (action == wire::kActionMultipartComplete) {
    co_return co_await complete_multipart(request, std::move(address), std::move(message.value));
  }
  co_return invalid_action(action);
}

Task<Result<Response>> ObjectApi::post_to_bucket(Request& request) {
  BRYO_CO_TRY(message, parse_action(request.body, "POST"));
  BRYO_CO_TRY(name, bucket_of_url(request.rest, request.query));
  BRYO_CO_TRY(bucket, services_.buckets.lookup(name));
  BRYO_CO_CHECK(bucket->allows(BucketAccess::Promote));
  if (message.action == wire::kActionBlobDownload) {
    if (is_remote(name)) co_return unsupported(message.action);
    co_return not_remote(message.action, name);
  }
  co_return co_await run_bucket_job(services_, request, std::move(message), std::move(bucket), ActionPath::Objects);
}

}  // namespace bryo::kernel
