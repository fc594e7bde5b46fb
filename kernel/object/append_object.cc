#include <kernel/object/object_api.h>

#include <kernel/object/append_handle.h>
#include <kernel/object/custom_metadata.h>
#include <kernel/object/object_checksum.h>
#include <kernel/wire/api_names.h>
#include <kernel/wire/job_id.h>

namespace bryo::kernel {
namespace {

/// The one piece of an append.
constexpr std::uint32_t kPieceNumber = 1;

}  // namespace

Task<Result<Response>> ObjectApi::append(Request& request, std::string type) {
  BRYO_CO_TRY(address, object_of_url(request, services_.buckets, BucketAccess::Append));
  const std::string text(request.query.get(wire::kQueryAppendHandle).value_or(""));
  if (type != wire::kAppendTypeAppend && type != wire::kAppendTypeFlush) {
    co_return Error(Errc::InvalidArgument, "invalid append operation: '" + type.substr(0, 80) + "'");
  }
  const bool flush = type == wire::kAppendTypeFlush;
  if (flush && text.empty()) {
    co_return Error(Errc::InvalidArgument, "handle not provided for flush of " + address.uri());
  }
  WriteOptions options;
  BRYO_CO_TRY(checksum, given_checksum(request.headers));
  BRYO_CO_TRY(custom, custom_of_headers(request.headers, address.uri()));
  options.expected_checksum = std::move(checksum);
  options.custom = std::move(custom);
  AppendHandle handle{.target = services_.node.target_id};
  UploadPtr upload;
  if (text.empty()) {
    // What is there comes first.
    auto before = co_await open(address);
    if (!before && before.error().code() != Errc::NotFound) co_return std::move(before).error();
    ObjectPtr from;
    if (before) from = *std::move(before);
    if (from) handle.size = from->size();
    handle.upload = new_job_id();
    BRYO_CO_TRY(
        begun, co_await services_.store.uploads().begin(UploadKind::Append, address.bucket, std::string(address.object),
                                                        handle.upload, std::move(from)));
    upload = std::move(begun);
  } else {
    BRYO_CO_TRY(parsed, parse_append_handle(text));
    handle = std::move(parsed);
    upload = services_.store.uploads().find(handle.upload, UploadKind::Append, *address.bucket, address.object);
    if (!upload) co_return append_missing(text);
  }
  // One after the other: the second call with one handle sees that it was used.
  BRYO_CO_TRY(turn, co_await services_.store.uploads().take_turn(upload));
  BRYO_CO_CHECK(co_await check_handle(upload, handle));
  if (flush) co_return co_await flush_append(request, std::move(address), std::move(upload), std::move(options));
  co_return co_await append_piece(request, std::move(address), std::move(upload), std::move(handle),
                                  std::move(options));
}

Task<Result<Response>> ObjectApi::append_piece(Request& request, ObjectAddress address, UploadPtr upload,
                                               AppendHandle handle, WriteOptions options) {
  options.size_hint = request.content_length.value_or(0);
  auto& uploads = services_.store.uploads();
  const bool first = request.query.get(wire::kQueryAppendHandle).value_or("").empty();
  auto appended = co_await receive_piece(request, uploads, upload, address.bucket, kPieceNumber, std::move(options));
  if (!appended) {
    // Nobody has a handle of it.
    if (first) static_cast<void>(co_await uploads.remove(std::move(upload)));
    co_return std::move(appended).error();
  }
  metrics_.put_bytes->add(*appended - handle.size);
  handle.size = *appended;
  Response response;
  response.headers.add(std::string(wire::kHeaderAppendHandle), format_append_handle(handle));
  co_return response;
}

Task<Result<std::uint64_t>> ObjectApi::receive_piece(Request& request, Uploads& uploads, UploadPtr upload,
                                                     BucketPtr bucket, std::uint32_t number, WriteOptions options) {
  BRYO_CO_TRY(writer, co_await uploads.write(std::move(upload), std::move(bucket), number, std::move(options)));
  BRYO_CO_CHECK(co_await receive(request, *writer));
  BRYO_CO_TRY(stored, co_await writer->commit());
  co_return stored.size;
}

/// The object appears; a checksum that was sent is that of all of it.
Task<Result<Response>> ObjectApi::flush_append(Request& request, ObjectAddress address, UploadPtr upload,
                                               WriteOptions options) {
  BRYO_CO_TRY(content, co_await services_.store.uploads().gathered(upload));
  BRYO_CO_CHECK(co_await publish(request, address, std::move(options), std::move(content)));
  BRYO_CO_CHECK(co_await services_.store.uploads().remove(std::move(upload)));
  co_return Response();
}

Task<Status> ObjectApi::publish(Request& request, const ObjectAddress& address, WriteOptions options,
                                FinishedContent content) {
  const auto conditions = Preconditions::of(request.headers);
  BRYO_CO_CHECK(co_await judge_write(conditions, address, options));
  BRYO_CO_TRY(writer, co_await services_.store.create_of(address.bucket, std::string(address.object),
                                                         std::move(options), std::move(content), {}));
  auto committed = co_await writer->commit();
  if (committed) co_return Status{};
  if (committed.error().code() == Errc::Conflict && conditions.any()) co_return precondition_failed(address.uri());
  co_return std::move(committed).error();
}

Task<Status> ObjectApi::check_handle(UploadPtr upload, const AppendHandle& handle) {
  auto& blocking = services_.blocking;
  auto size = std::make_shared<std::uint64_t>(0);
  std::function<Status()> work = [upload, size]() -> Status {
    BRYO_TRY(pieces, upload->pieces());
    if (const auto piece = pieces.find(kPieceNumber); piece != pieces.end()) *size = piece->second.size;
    return {};
  };
  Status known = co_await blocking.run(std::move(work));
  if (!known && known.error().code() == Errc::NotFound) co_return append_missing(format_append_handle(handle));
  BRYO_CO_CHECK(known);
  if (*size == handle.size) co_return Status{};
  co_return Error(Errc::Conflict, "APPEND handle \"" + format_append_handle(handle) +
                                      "\" was used already: " + std::to_string(*size) +
                                      " bytes were appended so far; continue with the handle of the last answer");
}

Error ObjectApi::append_missing(std::string_view handle) const {
  return Error(Errc::NotFound,
               "APPEND handle \"" + std::string(handle.substr(0, 300)) +
                   "\" does not exist: it was flushed, of another object, or given up as abandoned",
               wire::kErrNotFound);
}

}  // namespace bryo::kernel
