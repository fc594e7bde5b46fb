#include <kernel/object/object_api.h>

#include <kernel/wire/api_names.h>
#include <kernel/wire/byte_range.h>

namespace bryo::kernel {

Task<Result<Response>> ObjectApi::get_member(Request& request, ObjectAddress address, ObjectPtr object,
                                             std::string archpath) {
  services_.store.touch(*object);
  auto shard = services_.archives.try_open(object);
  if (!shard) {
    BRYO_CO_TRY(opened, co_await services_.archives.open(object, address.uri()));
    shard = std::move(opened);
  }
  const auto member = shard->index->find(archpath);
  if (!member) {
    BRYO_CO_CHECK(shard->index->why_missing(archpath));  // a damaged shard may have held it
    co_return Error(Errc::NotFound,
                    "t[" + services_.node.target_id + "]: " + archpath + " in " + address.uri() + " does not exist",
                    wire::kErrNotFound);
  }
  if (member->offset == Member::kNotStored) {
    co_return Error(Errc::Unsupported,
                    "cannot read one file out of the compressed archive " + address.uri() +
                        ": use get-batch - operation not supported",
                    wire::kErrUnsupported);
  }
  Response response;
  ByteRange part{.offset = 0, .length = member->size};
  if (const auto header = request.headers.get("Range")) {
    BRYO_CO_TRY(range, parse_range(*header, member->size, archpath + " in " + address.uri()));
    if (range) {
      part = *range;
      response.status = 206;
      response.headers.add("Accept-Ranges", "bytes");
      response.headers.add("Content-Range", content_range(part, member->size));
    }
  }
  response.headers.add("Content-Type", std::string(wire::kTypeOctets));
  response.body =
      ObjectBody{.object = std::move(object), .offset = member->offset + part.offset, .length = part.length};
  co_return response;
}

}  // namespace bryo::kernel
