#include <kernel/object/object_api.h>

#include <kernel/object/custom_metadata.h>
#include <kernel/object/multipart_message.h>
#include <kernel/object/object_checksum.h>
#include <kernel/wire/api_names.h>
#include <kernel/wire/job_id.h>

namespace bryo::kernel {
namespace {

/// Lets other completions try again.
class Completion {
 public:
  explicit Completion(UploadPtr upload) : upload_(std::move(upload)) {}
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;
  ~Completion() { upload_->end_completion(); }

 private:
  const UploadPtr upload_;
};

}  // namespace

Task<Result<Response>> ObjectApi::begin_multipart(ObjectAddress address) {
  const std::string id = new_job_id();
  BRYO_CO_TRY(upload, co_await services_.store.uploads().begin(UploadKind::Multipart, address.bucket,
                                                               std::string(address.object), id, nullptr));
  co_return Response::text(id);
}

Task<Result<Response>> ObjectApi::put_part(Request& request, std::string id) {
  BRYO_CO_TRY(address, object_of_url(request, services_.buckets, BucketAccess::Put));
  BRYO_CO_TRY(upload, find_multipart(address, id));
  BRYO_CO_TRY(number, parse_part_number(request.query.get(wire::kQueryPartNumber).value_or(""), id,
                                        {.bucket = address.bucket->name(), .object = address.object}));
  WriteOptions options{.size_hint = request.content_length.value_or(0)};
  BRYO_CO_TRY(checksum, given_checksum(request.headers));
  options.expected_checksum = std::move(checksum);
  auto received = co_await receive_piece(request, services_.store.uploads(), std::move(upload), address.bucket, number,
                                         std::move(options));
  if (!received && received.error().code() == Errc::NotFound) co_return upload_missing(address, id);
  BRYO_CO_TRY(size, std::move(received));
  metrics_.put_bytes->add(size);
  co_return Response();
}

Task<Result<Response>> ObjectApi::complete_multipart(Request& request, ObjectAddress address, nlohmann::json value) {
  const std::string id(request.query.get(wire::kQueryUploadId).value_or(""));
  BRYO_CO_TRY(upload, find_multipart(address, id));
  BRYO_CO_TRY(wanted, parse_parts(value));
  WriteOptions options;
  BRYO_CO_TRY(checksum, given_checksum(request.headers));
  BRYO_CO_TRY(custom, custom_of_headers(request.headers, address.uri()));
  options.expected_checksum = std::move(checksum);
  options.custom = std::move(custom);

  if (!upload->begin_completion()) {
    co_return Error(Errc::Conflict, "upload " + id + " is being completed by another call");
  }
  const Completion completion(upload);
  auto have = std::make_shared<std::vector<std::uint32_t>>();
  std::function<Status()> look = [upload, have]() -> Status {
    BRYO_TRY(pieces, upload->pieces());
    for (const auto& [number, piece] : pieces) have->push_back(number);
    return {};
  };
  auto& uploads = services_.store.uploads();
  Status known = co_await services_.blocking.run(std::move(look));
  if (!known && known.error().code() == Errc::NotFound) co_return upload_missing(address, id);
  BRYO_CO_CHECK(known);
  BRYO_CO_CHECK(check_parts(std::move(wanted), *have));
  auto assembled = co_await uploads.assembled(upload);
  if (!assembled && assembled.error().code() == Errc::NotFound) co_return upload_missing(address, id);
  BRYO_CO_TRY(content, std::move(assembled));
  BRYO_CO_CHECK(co_await publish(request, address, std::move(options), std::move(content)));
  BRYO_CO_CHECK(co_await uploads.remove(std::move(upload)));
  co_return Response();
}

Task<Result<Response>> ObjectApi::abort_multipart(ObjectAddress address, std::string id) {
  if (id.size() < kLeastUploadId) {
    co_return Error(Errc::InvalidArgument, "chunk-manifest ID \"" + id + "\" is too short (expecting >= " +
                                               std::to_string(kLeastUploadId) + " chars)");
  }
  BRYO_CO_TRY(upload, find_multipart(address, id));
  BRYO_CO_CHECK(co_await services_.store.uploads().remove(std::move(upload)));
  co_return Response();
}

Result<UploadPtr> ObjectApi::find_multipart(const ObjectAddress& address, const std::string& id) {
  auto upload = services_.store.uploads().find(id, UploadKind::Multipart, *address.bucket, address.object);
  if (!upload) return upload_missing(address, id);
  return upload;
}

Error ObjectApi::upload_missing(const ObjectAddress& address, const std::string& id) const {
  return Error(Errc::NotFound,
               object_label({.bucket = address.bucket->name(), .object = address.object}) + ": " +
                   id.substr(0, kLongestShownId) + " does not exist",
               wire::kErrNotFound);
}

}  // namespace bryo::kernel
