#include <kernel/object/object_api.h>

#include <kernel/wire/api_names.h>
#include <kernel/wire/bucket_text.h>

#include <algorithm>
#include <memory>

namespace bryo::kernel {

Task<Result<Response>> ObjectApi::copy(Request& request, std::string destination) {
  BRYO_CO_TRY(source, object_of_url(request, services_.buckets, BucketAccess::Get));
  BRYO_CO_TRY(to, parse_uname(destination));
  BRYO_CO_CHECK(check_url_object(to.object));
  BRYO_CO_TRY(bucket, services_.buckets.lookup(to.bucket));
  BRYO_CO_CHECK(bucket->allows(BucketAccess::Put));
  BRYO_CO_TRY(object, co_await open(source));
  BRYO_CO_TRY(attributes, object->attributes());

  // The copy is the same version of the same content, custom metadata included.
  WriteOptions options{.custom = attributes->custom, .size_hint = object->size()};
  if (bucket->policy().versioning && !attributes->version.empty()) options.version = attributes->version;
  BRYO_CO_TRY(writer, co_await services_.store.create(bucket, to.object, std::move(options)));
  const auto size = static_cast<std::size_t>(std::clamp<std::uint64_t>(object->size(), 1, kPiece));
  const auto piece = std::make_unique_for_overwrite<std::byte[]>(size);
  for (std::uint64_t offset = 0; offset < object->size();) {
    const MutableBytes part(piece.get(),
                            static_cast<std::size_t>(std::min<std::uint64_t>(size, object->size() - offset)));
    BRYO_CO_CHECK(co_await object->read(offset, part));
    BRYO_CO_CHECK(co_await writer->write(part));
    offset += part.size();
  }
  BRYO_CO_TRY(stored, co_await writer->commit());
  metrics_.put_bytes->add(stored.size);
  co_return Response();
}

}  // namespace bryo::kernel
