#include <kernel/object/object_api.h>

#include <kernel/object/object_headers.h>
#include <kernel/object/read_options.h>
#include <kernel/wire/api_names.h>
#include <kernel/wire/byte_range.h>

namespace bryo::kernel {

Task<Result<Response>> ObjectApi::get(Request& request) {
  auto response = co_await get_counted(request);
  if (!response || response->status >= 400) {
    metrics_.get_errors->add();
    co_return response;
  }
  metrics_.get_count->add();
  if (const auto* body = std::get_if<ObjectBody>(&response->body)) metrics_.get_bytes->add(body->length);
  const auto elapsed = std::chrono::steady_clock::now() - request.received;
  metrics_.get_ns->add(static_cast<std::uint64_t>(std::chrono::nanoseconds(elapsed).count()));
  co_return response;
}

Task<Result<Response>> ObjectApi::get_counted(Request& request) {
  BRYO_CO_TRY(address, object_of_url(request, services_.buckets, BucketAccess::Get));
  BRYO_CO_TRY(options, parse_read_options(request.query, address.object));
  BRYO_CO_TRY(object, co_await open(address));
  if (!options.archpath.empty()) {
    co_return co_await get_member(request, std::move(address), std::move(object), std::move(options.archpath));
  }
  BRYO_CO_TRY(attributes, object->attributes());

  const std::uint64_t size = object->size();
  ByteRange part{.offset = 0, .length = size};
  Response response;
  if (const auto header = request.headers.get("Range")) {
    auto range = parse_range(*header, size, address.uri());
    if (!range) co_return std::move(range).error();
    if (*range) {
      part = **range;
      response.status = 206;
      response.headers.add("Accept-Ranges", "bytes");
      response.headers.add("Content-Range", content_range(part, size));
    }
  }
  add_object_headers(response.headers, {.attributes = *attributes, .atime_ns = services_.store.touch(*object)});
  response.headers.add("Content-Type", std::string(wire::kTypeOctets));
  if (auto tag = backend_entity_tag(*attributes); !tag.empty()) response.headers.add("Etag", std::move(tag));
  response.body = ObjectBody{.object = std::move(object), .offset = part.offset, .length = part.length};
  co_return response;
}

Task<Result<ObjectPtr>> ObjectApi::open(const ObjectAddress& address) {
  auto opened = services_.store.try_open(*address.bucket, address.object);
  if (!opened) {
    opened = co_await services_.store.open(address.bucket, std::string(address.object));
  }
  if (!*opened) co_return named_by_target(std::move(*opened).error(), services_.node.target_id);
  co_return *std::move(*opened);
}

}  // namespace bryo::kernel
