#pragma once

/// An object store whose events plugins hear of.

#include <kernel/hook/hook_registry.h>
#include <kernel/store/object_store.h>

#include <kernel/store/uploads.h>

#include <memory>

namespace bryo::kernel {

/// In front of all other stores. What has no hook passes through at no cost. Thread-safe.
class HookedStore final : public ObjectStore {
 public:
  /// `hooks` and `log` outlive it.
  HookedStore(std::unique_ptr<ObjectStore> inner, const HookRegistry& hooks, Log& log)
      : inner_(std::move(inner)), hooks_(hooks), log_(log) {}

  /// With hooks on Get always nullopt: they may wait.
  std::optional<Result<ObjectPtr>> try_open(const Bucket& bucket, std::string_view object) override;
  Task<Result<ObjectPtr>> open(BucketPtr bucket, std::string object) override;
  Task<Result<std::unique_ptr<ObjectWriter>>> create(BucketPtr bucket, std::string object,
                                                     WriteOptions options) override;
  Task<Status> remove(BucketPtr bucket, std::string object) override;
  Task<Status> evict(BucketPtr bucket, std::string object) override;
  /// A Put of the new name, then a Delete of the old one.
  Task<Status> rename(BucketPtr bucket, std::string from, std::string to) override;

  Task<Result<ObjectPage>> list(BucketPtr bucket, ObjectQuery query) override {
    return inner_->list(std::move(bucket), std::move(query));
  }
  Task<Result<ObjectPtr>> open_present(BucketPtr bucket, std::string object) override {
    return inner_->open_present(std::move(bucket), std::move(object));
  }
  Task<Result<std::unique_ptr<ObjectWriter>>> create_through(BucketPtr bucket, std::string object, WriteOptions options,
                                                             BeforePublish before) override {
    return inner_->create_through(std::move(bucket), std::move(object), std::move(options), std::move(before));
  }
  Task<Result<std::unique_ptr<ObjectWriter>>> create_of(BucketPtr bucket, std::string object, WriteOptions options,
                                                        FinishedContent content, BeforePublish before) override;
  Uploads& uploads() override { return inner_->uploads(); }
  Result<ListPage> list_blocking(const Bucket& bucket, const ListRequest& request) override {
    return inner_->list_blocking(bucket, request);
  }
  Status drop_bucket_blocking(std::uint64_t bucket_id) override { return inner_->drop_bucket_blocking(bucket_id); }
  Status set_custom_blocking(const Bucket& bucket, const std::string& object,
                             std::vector<std::pair<std::string, std::string>> custom, bool replace) override {
    return inner_->set_custom_blocking(bucket, object, std::move(custom), replace);
  }
  std::int64_t touch(const OpenObject& object) override { return inner_->touch(object); }
  [[nodiscard]] std::int64_t atime(const OpenObject& object) const override { return inner_->atime(object); }
  [[nodiscard]] std::optional<ChunkLayout> chunks_of(const OpenObject& object) const override {
    return inner_->chunks_of(object);
  }
  [[nodiscard]] bool arriving(const Bucket& bucket, std::string_view object) const override {
    return inner_->arriving(bucket, object);
  }
  [[nodiscard]] const MountpathConfig& mountpath_of(const OpenObject& object) const override {
    return inner_->mountpath_of(object);
  }
  [[nodiscard]] const std::vector<MountpathConfig>& mountpaths() const override { return inner_->mountpaths(); }

 private:
  class Writer;
  using Operation = Task<Status> (ObjectStore::*)(BucketPtr, std::string);
  Task<Result<ObjectPtr>> open_hooked(BucketPtr bucket, std::string object);
  Task<Result<std::unique_ptr<ObjectWriter>>> create_hooked(BucketPtr bucket, std::string object, WriteOptions options);
  Task<Status> rename_hooked(BucketPtr bucket, std::string from, std::string to);
  Task<Status> hooked(ObjectEvent event, Operation operation, BucketPtr bucket, std::string object);

  const std::unique_ptr<ObjectStore> inner_;
  const HookRegistry& hooks_;
  Log& log_;
};

}  // namespace bryo::kernel
