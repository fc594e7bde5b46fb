#include <kernel/object/object_api.h>

#include <kernel/wire/api_names.h>

namespace bryo::kernel {

/// The order of the checks is the reference's gateway's: it does not know whether the object exists.
Task<Result<Response>> ObjectApi::rename(ObjectAddress address, std::string to) {
  const std::string action(wire::kActionRenameObject);
  if (is_remote(address.bucket->name())) {
    co_return Error(Errc::InvalidArgument, "invalid action \"" + action + "\": not supported for remote buckets (" +
                                               address.bucket->name().uri() + ")");
  }
  if (services_.buckets.property(*address.bucket, "ec.enabled") == "true") {
    co_return Error(Errc::InvalidArgument,
                    "\"" + action + "\" is not supported for erasure-coded buckets: " + address.bucket->name().uri());
  }
  if (to == address.object) {
    co_return Error(Errc::InvalidArgument, "cannot rename " + address.uri() + " to self, nothing to do");
  }
  BRYO_CO_CHECK(check_url_object(to));
  auto renamed = co_await services_.store.rename(address.bucket, std::string(address.object), std::move(to));
  if (!renamed) co_return named_by_target(std::move(renamed).error(), services_.node.target_id);
  co_return Response();
}

}  // namespace bryo::kernel
