#include <kernel/backend/remote_store.h>

namespace bryo::kernel {

std::optional<Result<ObjectPtr>> RemoteStore::try_open(const Bucket& bucket, std::string_view object) {
  auto opened = local_->try_open(bucket, object);
  const bool missing = opened && !*opened && opened->error().code() == Errc::NotFound;
  if (missing && is_remote(bucket.name())) return std::nullopt;
  return opened;
}

Task<Result<ObjectPtr>> RemoteStore::open(BucketPtr bucket, std::string object) {
  auto opened = co_await local_->open(bucket, object);
  if (opened || opened.error().code() != Errc::NotFound || !is_remote(bucket->name())) co_return opened;
  BRYO_CO_CHECK(co_await cold_.bring(bucket, object));
  co_return co_await local_->open(std::move(bucket), std::move(object));
}

Task<Result<std::unique_ptr<ObjectWriter>>> RemoteStore::create(BucketPtr bucket, std::string object,
                                                                WriteOptions options) {
  if (!is_remote(bucket->name())) {
    co_return co_await local_->create(std::move(bucket), std::move(object), std::move(options));
  }
  BRYO_CO_TRY(send, send_there(bucket, object));
  options.refetchable = true;
  co_return co_await local_->create_through(std::move(bucket), object, std::move(options), std::move(send));
}

Task<Result<std::unique_ptr<ObjectWriter>>> RemoteStore::create_of(BucketPtr bucket, std::string object,
                                                                   WriteOptions options, FinishedContent content,
                                                                   BeforePublish before) {
  if (is_remote(bucket->name())) {
    BRYO_CO_TRY(send, send_there(bucket, object));
    options.refetchable = true;
    before = std::move(send);
  }
  co_return co_await local_->create_of(std::move(bucket), std::move(object), std::move(options), std::move(content),
                                       std::move(before));
}

Result<BeforePublish> RemoteStore::send_there(const BucketPtr& bucket, const std::string& object) {
  BRYO_TRY(backend, backends_.find(bucket->name().provider));
  return BeforePublish([this, backend, bucket, object](ObjectAttributes sealed, ByteSource& content) {
    return write_there(backend, bucket, object, std::move(sealed), content);
  });
}

Task<Result<ObjectAttributes>> RemoteStore::write_there(std::shared_ptr<Backend> backend, BucketPtr bucket,
                                                        std::string object, ObjectAttributes attributes,
                                                        ByteSource& content) {
  auto written = co_await backend->write(bucket->name(), object, std::move(attributes), content);
  if (written) co_await cold_.settle(std::move(bucket), std::move(object));
  co_return written;
}

Task<Status> RemoteStore::remove(BucketPtr bucket, std::string object) {
  if (!is_remote(bucket->name())) co_return co_await local_->remove(std::move(bucket), std::move(object));
  BRYO_CO_TRY(backend, backends_.find(bucket->name().provider));
  Status there = co_await backend->remove(bucket->name(), object);
  if (!there && there.error().code() != Errc::NotFound) co_return there;
  co_await cold_.settle(bucket, object);
  Status here = co_await local_->remove(std::move(bucket), std::move(object));
  if (!here && here.error().code() != Errc::NotFound) co_return here;
  co_return there;
}

Task<Result<ObjectPage>> RemoteStore::list(BucketPtr bucket, ObjectQuery query) {
  if (!query.of_backend || !is_remote(bucket->name())) {
    co_return co_await local_->list(std::move(bucket), std::move(query));
  }
  BRYO_CO_TRY(backend, backends_.find(bucket->name().provider));
  BackendListRequest request{
      .prefix = std::move(query.prefix), .token = std::move(query.token), .limit = query.limit, .recursive = true};
  BRYO_CO_TRY(page, co_await backend->list(bucket->name(), std::move(request)));
  ObjectPage out{.objects = {}, .more = !page.next.empty(), .token = std::move(page.next)};
  for (BackendEntry& entry : page.entries) {
    if (entry.directory) continue;
    ListedName listed{.name = std::move(entry.name), .size = entry.attributes.size, .attributes = nullptr};
    if (query.attributes) listed.attributes = std::make_shared<const ObjectAttributes>(std::move(entry.attributes));
    out.objects.push_back(std::move(listed));
  }
  co_return out;
}

}  // namespace bryo::kernel
