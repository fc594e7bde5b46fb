#include <kernel/object/object_api.h>

#include <kernel/object/custom_metadata.h>
#include <kernel/object/object_checksum.h>
#include <kernel/object/object_headers.h>
#include <kernel/wire/api_names.h>
#include <kernel/wire/bool_text.h>

#include <algorithm>
#include <memory>

namespace bryo::kernel {
namespace {

Status refuse_transformation(const Query& query) {
  if (query.get(wire::kQueryEtlName).value_or("").empty()) return {};
  return Error(Errc::Unsupported, "cannot transform an object - operation not supported", wire::kErrUnsupported);
}

}  // namespace

Task<Result<Response>> ObjectApi::put(Request& request) {
  auto response = co_await put_counted(request);
  if (!response) {
    metrics_.put_errors->add();
    if (response.error().code() == Errc::BadChecksum) metrics_.put_checksum_errors->add();
    co_return response;
  }
  metrics_.put_count->add();
  const auto elapsed = std::chrono::steady_clock::now() - request.received;
  metrics_.put_ns->add(static_cast<std::uint64_t>(std::chrono::nanoseconds(elapsed).count()));
  co_return response;
}

Task<Result<Response>> ObjectApi::put_counted(Request& request) {
  BRYO_CO_CHECK(refuse_transformation(request.query));
  if (const auto type = request.query.get(wire::kQueryAppendType); type && !type->empty()) {
    co_return co_await append(request, std::string(*type));
  }
  if (const auto id = request.query.get(wire::kQueryUploadId); id && !id->empty()) {
    co_return co_await put_part(request, std::string(*id));
  }
  if (const auto to = request.query.get(wire::kQueryObjectTo); to && !to->empty()) {
    co_return co_await copy(request, std::string(*to));
  }
  if (const auto path = request.query.get(wire::kQueryArchPath); path && !path->empty()) {
    co_return co_await put_member(request, std::string(*path));
  }
  BRYO_CO_TRY(address, object_of_url(request, services_.buckets, BucketAccess::Put));
  WriteOptions options;
  BRYO_CO_TRY(checksum, given_checksum(request.headers));
  BRYO_CO_TRY(custom, custom_of_headers(request.headers, address.uri()));
  options.expected_checksum = std::move(checksum);
  options.custom = std::move(custom);
  options.size_hint = request.content_length.value_or(0);
  options.skip_previous = bool_of(request.query.get(wire::kQuerySkipPrevious).value_or("")).value_or(false);
  const auto conditions = Preconditions::of(request.headers);
  BRYO_CO_CHECK(co_await judge_write(conditions, address, options));

  BRYO_CO_TRY(writer, co_await services_.store.create(address.bucket, std::string(address.object), std::move(options)));
  BRYO_CO_CHECK(co_await receive(request, *writer));
  auto committed = co_await writer->commit();
  if (!committed && committed.error().code() == Errc::Conflict && conditions.any()) {
    co_return precondition_failed(address.uri());
  }
  BRYO_CO_TRY(stored, std::move(committed));
  metrics_.put_bytes->add(stored.size);

  Response response;
  add_object_headers(response.headers, {.attributes = stored, .atime_ns = stored.mtime_ns});
  co_return response;
}

Task<Status> ObjectApi::receive(Request& request, ObjectWriter& writer) {
  if (request.body_stream == nullptr) co_return co_await writer.write(as_bytes(request.body));
  const auto size =
      static_cast<std::size_t>(std::clamp<std::uint64_t>(request.content_length.value_or(kPiece), 1, kPiece));
  BRYO_CO_TRY(reserved, services_.memory.reserve(size, "an upload"));
  const auto piece = std::make_unique_for_overwrite<std::byte[]>(size);
  for (;;) {
    BRYO_CO_TRY(count, co_await request.body_stream->read(MutableBytes(piece.get(), size)));
    if (count == 0) co_return Status{};
    BRYO_CO_CHECK(co_await writer.write(BytesView(piece.get(), count)));
  }
}

}  // namespace bryo::kernel
