#include <kernel/backend/remote_listing.h>
#include <kernel/object/bucket_api.h>
#include <kernel/object/list_entries.h>
#include <kernel/object/object_api.h>
#include <kernel/object/object_headers.h>
#include <kernel/wire/api_names.h>
#include <kernel/wire/bucket_text.h>

#include <algorithm>

namespace bryo::kernel {

/// An object that its backend has and this node does not (backends.md section 3).
Task<Result<Response>> ObjectApi::head_remote(ObjectAddress address, HeadQuery wanted) {
  BRYO_CO_TRY(backend, services_.backends.find(address.bucket->name().provider));
  BRYO_CO_TRY(attributes, co_await backend->head(address.bucket->name(), std::string(address.object)));
  if (wanted.presence == Presence::NoProps) co_return Response();
  Response response;
  auto& headers = response.headers;
  if (wanted.names) {
    headers.add(std::string(wire::kHeaderBucketName), address.bucket->name().name);
    headers.add(std::string(wire::kHeaderBucketProvider), address.bucket->name().provider);
    headers.add(std::string(wire::kHeaderName), std::string(address.object));
  }
  if (wanted.checksum) add_checksum(headers, attributes);
  if (wanted.custom) add_custom(headers, attributes);
  if (wanted.copies) headers.add(std::string(wire::kHeaderMirrorCopies), "0");
  if (wanted.version) add_version(headers, attributes);
  headers.add(std::string(wire::kHeaderPresent), "false");
  response.body = StreamBody{.length = attributes.size, .produce = {}};
  co_return response;
}

/// Gives up the copy that is here; its backend still has the object.
Task<Result<Response>> ObjectApi::evict(ObjectAddress address) {
  const BucketName name = address.bucket->name();
  if (!is_remote(name)) co_return not_remote(wire::kActionEvictObjects, name);
  auto evicted = co_await services_.store.evict(address.bucket, std::string(address.object));
  if (!evicted) co_return named_by_target(std::move(evicted).error(), services_.node.target_id);
  co_return Response();
}

/// A page of the backend's names. What is here says so, and shows what is stored with it.
Task<Result<Response>> BucketApi::list_remote(RegisteredBucketPtr bucket, ListMessage message, bool msgpack) {
  BRYO_CO_TRY(backend, services_.backends.find(bucket->name().provider));
  BackendListRequest request{.prefix = message.prefix,
                             .token = message.after,
                             .limit = message.page_size,
                             .recursive = !message.has(kListNoRecursion)};
  BRYO_CO_TRY(page, co_await backend->list(bucket->name(), std::move(request)));
  Response response;
  auto& services = services_;
  std::function<Status()> work = [&]() -> Status {
    BRYO_TRY(present, present_blocking(services.store, *bucket, page));
    const auto reply = remote_list_reply(std::move(page), message, present);
    response = msgpack ? Response::typed(std::string(wire::kTypeMsgpack), list_msgpack(reply))
                       : Response::json(list_json(reply));
    return {};
  };
  BRYO_CO_CHECK(co_await services_.blocking.run(std::move(work)));
  co_return response;
}

/// The bucket's entry and all copies that are here; its backend keeps everything.
Task<Result<Response>> BucketApi::evict(RegisteredBucketPtr bucket) {
  BucketName name = bucket->name();
  if (!is_remote(name)) co_return not_remote(wire::kActionEvictBucket, name);
  bucket.reset();
  co_return co_await destroy(std::move(name));
}

/// Names that the backend can see, besides those that were used.
Task<Result<std::vector<BucketName>>> BucketApi::remote_names(std::string provider) {
  BRYO_CO_TRY(backend, services_.backends.find(provider));
  BRYO_CO_TRY(names, co_await backend->list_buckets());
  std::vector<BucketName> out;
  for (std::string& name : names) out.push_back({.provider = provider, .name = std::move(name)});
  co_return out;
}

}  // namespace bryo::kernel
