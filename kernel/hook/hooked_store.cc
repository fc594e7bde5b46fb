#include <kernel/hook/hooked_store.h>

#include <utility>

namespace bryo::kernel {

/// Asks at the commit, when the content is complete and nothing of it visible.
class HookedStore::Writer final : public ObjectWriter {
 public:
  Writer(std::unique_ptr<ObjectWriter> inner, const HookRegistry& hooks, Log& log, ObjectChange change)
      : inner_(std::move(inner)), hooks_(hooks), log_(log), change_(std::move(change)) {}

  Task<Status> write(BytesView bytes) override {
    change_.attributes.size += bytes.size();
    return inner_->write(bytes);
  }

  Task<Result<ObjectAttributes>> commit() override {
    BRYO_CO_CHECK(co_await hooks_.before(change_));
    BRYO_CO_TRY(stored, co_await inner_->commit());
    change_.attributes = stored;
    co_await hooks_.after(change_, log_);
    co_return stored;
  }

 private:
  const std::unique_ptr<ObjectWriter> inner_;
  const HookRegistry& hooks_;
  Log& log_;
  ObjectChange change_;
};

std::optional<Result<ObjectPtr>> HookedStore::try_open(const Bucket& bucket, std::string_view object) {
  if (hooks_.has(ObjectEvent::Get)) return std::nullopt;
  return inner_->try_open(bucket, object);
}

Task<Result<ObjectPtr>> HookedStore::open(BucketPtr bucket, std::string object) {
  if (!hooks_.has(ObjectEvent::Get)) return inner_->open(std::move(bucket), std::move(object));
  return open_hooked(std::move(bucket), std::move(object));
}

Task<Result<ObjectPtr>> HookedStore::open_hooked(BucketPtr bucket, std::string object) {
  ObjectChange change{.event = ObjectEvent::Get, .bucket = bucket, .object = object};
  BRYO_CO_CHECK(co_await hooks_.before(change));
  BRYO_CO_TRY(opened, co_await inner_->open(std::move(bucket), std::move(object)));
  change.attributes.size = opened->size();
  co_await hooks_.after(std::move(change), log_);
  co_return opened;
}

Task<Result<std::unique_ptr<ObjectWriter>>> HookedStore::create(BucketPtr bucket, std::string object,
                                                                WriteOptions options) {
  if (!hooks_.has(ObjectEvent::Put)) {
    return inner_->create(std::move(bucket), std::move(object), std::move(options));
  }
  return create_hooked(std::move(bucket), std::move(object), std::move(options));
}

Task<Result<std::unique_ptr<ObjectWriter>>> HookedStore::create_hooked(BucketPtr bucket, std::string object,
                                                                       WriteOptions options) {
  ObjectChange change{.event = ObjectEvent::Put, .bucket = bucket, .object = object};
  if (options.custom) change.attributes.custom = *options.custom;
  BRYO_CO_TRY(inner, co_await inner_->create(std::move(bucket), std::move(object), std::move(options)));
  co_return std::unique_ptr<ObjectWriter>(std::make_unique<Writer>(std::move(inner), hooks_, log_, std::move(change)));
}

Task<Result<std::unique_ptr<ObjectWriter>>> HookedStore::create_of(BucketPtr bucket, std::string object,
                                                                   WriteOptions options, FinishedContent content,
                                                                   BeforePublish before) {
  ObjectChange change{.event = ObjectEvent::Put, .bucket = bucket, .object = object};
  change.attributes.size = content.size;
  if (options.custom) change.attributes.custom = *options.custom;
  BRYO_CO_TRY(inner, co_await inner_->create_of(std::move(bucket), std::move(object), std::move(options),
                                                std::move(content), std::move(before)));
  co_return std::unique_ptr<ObjectWriter>(std::make_unique<Writer>(std::move(inner), hooks_, log_, std::move(change)));
}

Task<Status> HookedStore::remove(BucketPtr bucket, std::string object) {
  return hooked(ObjectEvent::Delete, &ObjectStore::remove, std::move(bucket), std::move(object));
}

Task<Status> HookedStore::evict(BucketPtr bucket, std::string object) {
  return hooked(ObjectEvent::Evict, &ObjectStore::evict, std::move(bucket), std::move(object));
}

Task<Status> HookedStore::rename(BucketPtr bucket, std::string from, std::string to) {
  if (!hooks_.has(ObjectEvent::Put) && !hooks_.has(ObjectEvent::Delete)) {
    return inner_->rename(std::move(bucket), std::move(from), std::move(to));
  }
  return rename_hooked(std::move(bucket), std::move(from), std::move(to));
}

Task<Status> HookedStore::rename_hooked(BucketPtr bucket, std::string from, std::string to) {
  BRYO_CO_TRY(object, co_await inner_->open_present(bucket, from));
  BRYO_CO_TRY(attributes, object->attributes());
  ObjectChange put{.event = ObjectEvent::Put, .bucket = bucket, .object = to, .attributes = *attributes};
  ObjectChange removal{.event = ObjectEvent::Delete, .bucket = bucket, .object = from};
  BRYO_CO_CHECK(co_await hooks_.before(put));
  BRYO_CO_CHECK(co_await hooks_.before(removal));
  BRYO_CO_CHECK(co_await inner_->rename(std::move(bucket), std::move(from), std::move(to)));
  co_await hooks_.after(std::move(put), log_);
  co_await hooks_.after(std::move(removal), log_);
  co_return Status();
}

Task<Status> HookedStore::hooked(ObjectEvent event, Operation operation, BucketPtr bucket, std::string object) {
  ObjectChange change{.event = event, .bucket = bucket, .object = object};
  BRYO_CO_CHECK(co_await hooks_.before(change));
  BRYO_CO_CHECK(co_await (*inner_.*operation)(std::move(bucket), std::move(object)));
  co_await hooks_.after(std::move(change), log_);
  co_return Status();
}

}  // namespace bryo::kernel
