#include <kernel/object/object_api.h>

#include <bryo/object_copy.h>
#include <kernel/wire/api_names.h>
#include <kernel/wire/bucket_text.h>

namespace bryo::kernel {

Task<Result<Response>> ObjectApi::copy(Request& request, std::string destination) {
  BRYO_CO_TRY(source, object_of_url(request, services_.buckets, BucketAccess::Get));
  BRYO_CO_TRY(to, parse_uname(destination));
  BRYO_CO_CHECK(check_url_object(to.object));
  BRYO_CO_TRY(bucket, services_.buckets.lookup(to.bucket));
  BRYO_CO_CHECK(bucket->allows(BucketAccess::Put));
  BRYO_CO_TRY(object, co_await open(source));
  BRYO_CO_TRY(stored, co_await copy_object(services_.buckets, services_.store, object, bucket, to.object));
  metrics_.put_bytes->add(stored.size);
  co_return Response();
}

}  // namespace bryo::kernel
