#include <kernel/object/object_api.h>

#include <kernel/http/error_answer.h>
#include <kernel/object/object_checksum.h>
#include <kernel/object/object_headers.h>
#include <kernel/object/read_options.h>
#include <kernel/wire/api_names.h>
#include <kernel/wire/bool_text.h>
#include <kernel/wire/bucket_text.h>

namespace bryo::kernel {
namespace {

/// The error answer of a range that cannot be served also says how large the object is (RFC 7233 section 4.4).
Response range_refused(const Error& error, const Request& request, const NodeIdentity& node, std::uint64_t size) {
  const std::string label = node_label(node, Role::Target, error.message());
  auto response = error_answer(
      error, {.method = verb_name(request.verb), .path = request.path, .remote = request.remote, .node = label});
  response.headers.add("Content-Range", "bytes */" + std::to_string(size));
  return response;
}

}  // namespace

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
  if (bool_of(request.headers.get(wire::kHeaderBlobDownload).value_or("")).value_or(false) &&
      !is_remote(address.bucket->name())) {
    co_return not_remote(wire::kActionBlobDownload, address.bucket->name());
  }
  if (wants_latest(request, address)) BRYO_CO_CHECK(co_await refresh(request, address));
  BRYO_CO_TRY(object, co_await open(address));
  if (options.match) {
    co_return co_await get_members(request, std::move(address), std::move(object), std::move(options));
  }
  if (!options.archpath.empty()) {
    co_return co_await get_member(request, std::move(address), std::move(object), std::move(options));
  }
  BRYO_CO_TRY(attributes, object->attributes());
  const auto conditions = Preconditions::of(request.headers);
  const bool chunked = conditions.named() && services_.store.chunks_of(*object).has_value();
  BRYO_CO_TRY(unchanged, judge_read(conditions, address, *attributes, chunked));
  if (unchanged) co_return *std::move(unchanged);
  const auto& props = address.bucket->props();
  if (props.validate_warm_get()) BRYO_CO_CHECK(co_await validate(address, object, attributes));

  const std::uint64_t size = object->size();
  ByteRange part{.offset = 0, .length = size};
  Response response;
  const auto header = request.headers.get("Range");
  if (header && (!conditions.has_range() || conditions.range_counts(validators_of(*attributes, chunked)))) {
    auto range = parse_range(*header, size, address.uri());
    if (!range) co_return range_refused(range.error(), request, services_.node, size);
    if (*range) {
      part = **range;
      response.status = 206;
      response.headers.add("Accept-Ranges", "bytes");
      response.headers.add("Content-Range", content_range(part, size));
      if (props.range_checksum()) BRYO_CO_CHECK(co_await describe_part(object, attributes, part));
    }
  }
  add_object_headers(response.headers, {.attributes = *attributes, .atime_ns = services_.store.touch(*object)});
  response.headers.add("Content-Type", std::string(wire::kTypeOctets));
  if (conditions.named()) {
    add_validators(response.headers, validators_of(*attributes, chunked));
  } else if (auto tag = backend_entity_tag(*attributes); !tag.empty()) {
    response.headers.add("Etag", std::move(tag));
  }
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

Task<Result<ObjectPtr>> ObjectApi::open_present(const ObjectAddress& address) {
  auto opened = services_.store.try_open(*address.bucket, address.object);
  if (!opened) opened = co_await services_.store.open_present(address.bucket, std::string(address.object));
  if (!*opened) co_return named_by_target(std::move(*opened).error(), services_.node.target_id);
  co_return *std::move(*opened);
}

/// Fails with BadChecksum when the content does not match any more.
Task<Status> ObjectApi::compare_checksum(const ObjectAddress& address, ObjectPtr object,
                                         std::shared_ptr<const ObjectAttributes> attributes) {
  if (attributes->checksum_value.empty()) co_return Status{};
  std::string computed;
  BRYO_CO_CHECK(co_await services_.blocking.run([&]() -> Status {
    BRYO_TRY(value, checksum_of_part_blocking(*object, attributes->checksum_type, 0, object->size()));
    computed = std::move(value);
    return {};
  }));
  if (computed == attributes->checksum_value) co_return Status{};
  co_return bad_checksum(attributes->checksum_type, attributes->checksum_value, computed, address.uri());
}

/// `checksum.validate_warm_get`: what does not match any more is not worth keeping (data-protection.md section 2).
Task<Status> ObjectApi::validate(const ObjectAddress& address, ObjectPtr object,
                                 std::shared_ptr<const ObjectAttributes> attributes) {
  Status compared = co_await compare_checksum(address, object, attributes);
  if (compared || compared.error().code() != Errc::BadChecksum) co_return compared;
  services_.log.error("removing an object that is damaged",
                      {{"object", address.uri()}, {"error", compared.error().message()}});
  object.reset();
  BRYO_CO_CHECK(co_await services_.store.remove(address.bucket, std::string(address.object)));
  co_return compared;
}

/// `checksum.enable_read_range`: replaces the whole object's checksum by that of the part.
Task<Status> ObjectApi::describe_part(ObjectPtr object, std::shared_ptr<const ObjectAttributes>& attributes,
                                      ByteRange part) {
  if (attributes->checksum_value.empty()) co_return Status{};
  auto described = std::make_shared<ObjectAttributes>(*attributes);
  BRYO_CO_CHECK(co_await services_.blocking.run([&]() -> Status {
    BRYO_TRY(value, checksum_of_part_blocking(*object, described->checksum_type, part.offset, part.length));
    described->checksum_value = std::move(value);
    return {};
  }));
  attributes = std::move(described);
  co_return Status{};
}

}  // namespace bryo::kernel
