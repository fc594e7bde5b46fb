#include <kernel/object/object_api.h>

#include <kernel/object/head_props.h>
#include <kernel/object/object_headers.h>
#include <kernel/wire/api_names.h>
#include <kernel/wire/bool_text.h>
#include <kernel/wire/go_time.h>

namespace bryo::kernel {

Task<Result<Response>> ObjectApi::head(Request& request) {
  auto response = co_await head_counted(request);
  (response ? metrics_.head_count : metrics_.head_errors)->add();
  co_return response;
}

Task<Result<Response>> ObjectApi::head_counted(Request& request) {
  BRYO_CO_TRY(address, object_of_url(request, services_.buckets, BucketAccess::HeadObject));
  BRYO_CO_TRY(wanted, parse_head_query(request.query));
  if (!request.query.get(wire::kQueryArchPath).value_or("").empty()) {
    BRYO_CO_TRY(options, parse_read_options(request.query, address.object));
    co_return co_await head_member(std::move(address), std::move(options));
  }
  auto opened = co_await open_present(address);
  if (!opened && opened.error().code() == Errc::NotFound && is_remote(address.bucket->name()) && !wanted.only_present) {
    co_return co_await head_remote(std::move(address), wanted);
  }
  BRYO_CO_TRY(object, std::move(opened));
  if (wanted.presence == Presence::Outside) {
    co_return Error(Errc::InvalidArgument, address.uri() + " is present (vs requested 'flt-outside'(5))");
  }
  if (wanted.presence == Presence::NoProps) co_return Response();
  BRYO_CO_TRY(attributes, object->attributes());
  const auto conditions = Preconditions::of(request.headers);
  if (bool_of(request.query.get(wire::kQueryLatest).value_or("")).value_or(false) &&
      is_remote(address.bucket->name())) {
    BRYO_CO_CHECK(co_await compare_with_backend(address, *attributes));
  }
  const bool chunked = services_.store.chunks_of(*object).has_value();
  BRYO_CO_TRY(unchanged, judge_read(conditions, address, *attributes, chunked));
  if (unchanged) co_return *std::move(unchanged);
  if (bool_of(request.query.get(wire::kQueryValidateChecksum).value_or("")).value_or(false)) {
    BRYO_CO_CHECK(co_await compare_checksum(address, object, attributes));
  }

  Response response;
  auto& headers = response.headers;
  const auto& path = services_.store.mountpath_of(*object).path;
  if (wanted.atime) add_atime(headers, services_.store.atime(*object));
  if (wanted.names) {
    headers.add(std::string(wire::kHeaderBucketName), address.bucket->name().name);
    headers.add(std::string(wire::kHeaderBucketProvider), address.bucket->name().provider);
  }
  if (wanted.checksum) add_checksum(headers, *attributes);
  if (wanted.custom) add_custom(headers, *attributes);
  if (wanted.location) {
    headers.add(std::string(wire::kHeaderLocation), locations_.of(path));
  }
  if (wanted.copies) {
    headers.add(std::string(wire::kHeaderMirrorCopies), "1");
    headers.add(std::string(wire::kHeaderMirrorPaths), wanted.names ? "[" + path + "]" : path);
  }
  if (wanted.names) headers.add(std::string(wire::kHeaderName), std::string(address.object));
  headers.add(std::string(wire::kHeaderPresent), "true");
  if (wanted.version) add_version(headers, *attributes);
  if (conditions.any()) wanted.etag = wanted.last_modified = true;
  if (wanted.etag) {
    if (auto tag = entity_tag(*attributes, chunked); !tag.empty()) headers.add("Etag", std::move(tag));
  }
  if (wanted.last_modified) headers.add("Last-Modified", format_go_time(attributes->mtime_ns, kLayoutHttp));
  if (const auto chunks = wanted.chunked ? services_.store.chunks_of(*object) : std::nullopt) {
    headers.add(std::string(wire::kHeaderChunksCount), std::to_string(chunks->count));
    headers.add(std::string(wire::kHeaderChunksMaxSize), std::to_string(chunks->max_size));
  }
  const auto size = object->size();
  response.body = ObjectBody{.object = std::move(object), .offset = 0, .length = size};
  co_return response;
}

/// What a GET of the archived file would answer; the properties of the shard are not those of the file.
Task<Result<Response>> ObjectApi::head_member(ObjectAddress address, ReadOptions options) {
  BRYO_CO_TRY(object, co_await open(address));
  BRYO_CO_TRY(shard, co_await open_shard(address, object, std::move(options.archmime)));
  BRYO_CO_TRY(member, find_member(shard, options.archpath, address));
  Response response;
  response.headers.add(std::string(wire::kHeaderPresent), "true");
  response.headers.add("Content-Type", std::string(wire::kTypeOctets));
  response.body = StreamBody{.length = member.size, .produce = {}};
  co_return response;
}

}  // namespace bryo::kernel
