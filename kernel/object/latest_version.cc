#include <kernel/object/latest_version.h>

#include <kernel/object/object_api.h>
#include <kernel/object/object_headers.h>
#include <kernel/wire/api_names.h>
#include <kernel/wire/bool_text.h>

namespace bryo::kernel {

bool same_version(const ObjectAttributes& here, const ObjectAttributes& there) {
  if (!here.version.empty() && !there.version.empty()) return here.version == there.version;
  const std::string tag_here = backend_entity_tag(here);
  const std::string tag_there = backend_entity_tag(there);
  if (!tag_here.empty() && !tag_there.empty()) return tag_here == tag_there;
  if (!here.checksum_value.empty() && here.checksum_type == there.checksum_type) {
    return here.checksum_value == there.checksum_value;
  }
  return here.size == there.size;
}

/// Of a bucket whose objects a backend keeps: `latest-ver`, or what the bucket says for reads.
bool ObjectApi::wants_latest(const Request& request, const ObjectAddress& address) const {
  if (!is_remote(address.bucket->name())) return false;
  if (bool_of(request.query.get(wire::kQueryLatest).value_or("")).value_or(false)) return true;
  return services_.buckets.property(*address.bucket, "versioning.validate_warm_get") == "true";
}

/// Gives up a copy that is not what the backend has, so that the read that follows brings it anew. Fails with NotFound
/// when the backend has it no more.
Task<Status> ObjectApi::refresh(const Request& request, const ObjectAddress& address) {
  auto here = co_await open_present(address);
  if (!here) co_return Status{};
  BRYO_CO_TRY(attributes, (*here)->attributes());
  BRYO_CO_TRY(backend, services_.backends.find(address.bucket->name().provider));
  auto there = co_await backend->head(address.bucket->name(), std::string(address.object));
  if (there && same_version(*attributes, *there)) co_return Status{};
  const bool gone = !there && there.error().code() == Errc::NotFound;
  if (!there && !gone) co_return std::move(there).error();
  const bool synchronize = bool_of(request.query.get(wire::kQuerySynchronize).value_or("")).value_or(false) ||
                           services_.buckets.property(*address.bucket, "versioning.synchronize") == "true";
  if (!gone || synchronize) {
    Status evicted = co_await services_.store.evict(address.bucket, std::string(address.object));
    if (!evicted && evicted.error().code() != Errc::NotFound) co_return evicted;
  }
  if (!gone) co_return Status{};
  co_return named_by_target(Error(Errc::NotFound, address.uri() + " does not exist", wire::kErrNotFound),
                            services_.node.target_id);
}

/// For a HEAD of a copy: 410 when the backend has the object no more, 409 when it has another version.
Task<Status> ObjectApi::compare_with_backend(const ObjectAddress& address, const ObjectAttributes& here) {
  BRYO_CO_TRY(backend, services_.backends.find(address.bucket->name().provider));
  auto there = co_await backend->head(address.bucket->name(), std::string(address.object));
  if (there && same_version(here, *there)) co_return Status{};
  if (there) co_return Error(Errc::Conflict, address.uri() + " differs from what its backend has");
  if (there.error().code() != Errc::NotFound) co_return std::move(there).error();
  co_return Error(Errc::NotFound, address.uri() + " was deleted from its backend").with_status(410);
}

}  // namespace bryo::kernel
