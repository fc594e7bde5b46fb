#pragma once

/// The objects of all buckets: those of remote ones come from their backends when they are not here.

#include <kernel/backend/cold_reads.h>

#include <kernel/store/uploads.h>

#include <memory>

namespace bryo::kernel {

/// Passes everything about `ais://` buckets to the local store. Thread-safe.
class RemoteStore final : public ObjectStore {
 public:
  RemoteStore(std::unique_ptr<ObjectStore> local, const BackendRegistry& backends, Memory& memory)
      : local_(std::move(local)), backends_(backends), cold_(*local_, backends, memory) {}

  std::optional<Result<ObjectPtr>> try_open(const Bucket& bucket, std::string_view object) override;
  Task<Result<ObjectPtr>> open(BucketPtr bucket, std::string object) override;
  /// The PUT reaches the backend before it becomes visible here.
  Task<Result<std::unique_ptr<ObjectWriter>>> create(BucketPtr bucket, std::string object,
                                                     WriteOptions options) override;
  /// There first, then here. What is missing there is NotFound, and gone here.
  Task<Status> remove(BucketPtr bucket, std::string object) override;
  Task<Result<ObjectPage>> list(BucketPtr bucket, ObjectQuery query) override;

  Task<Result<ObjectPtr>> open_present(BucketPtr bucket, std::string object) override {
    return local_->open_present(std::move(bucket), std::move(object));
  }
  Task<Status> evict(BucketPtr bucket, std::string object) override {
    return local_->evict(std::move(bucket), std::move(object));
  }
  Task<Result<std::unique_ptr<ObjectWriter>>> create_through(BucketPtr bucket, std::string object, WriteOptions options,
                                                             BeforePublish before) override {
    return local_->create_through(std::move(bucket), std::move(object), std::move(options), std::move(before));
  }
  Task<Result<std::unique_ptr<ObjectWriter>>> create_of(BucketPtr bucket, std::string object, WriteOptions options,
                                                        FinishedContent content, BeforePublish before) override;
  Uploads& uploads() override { return local_->uploads(); }
  Task<Status> rename(BucketPtr bucket, std::string from, std::string to) override {
    return local_->rename(std::move(bucket), std::move(from), std::move(to));
  }
  Result<ListPage> list_blocking(const Bucket& bucket, const ListRequest& request) override {
    return local_->list_blocking(bucket, request);
  }
  Status drop_bucket_blocking(std::uint64_t bucket_id) override { return local_->drop_bucket_blocking(bucket_id); }
  Status set_custom_blocking(const Bucket& bucket, const std::string& object,
                             std::vector<std::pair<std::string, std::string>> custom, bool replace) override {
    return local_->set_custom_blocking(bucket, object, std::move(custom), replace);
  }
  std::int64_t touch(const OpenObject& object) override { return local_->touch(object); }
  [[nodiscard]] std::int64_t atime(const OpenObject& object) const override { return local_->atime(object); }
  [[nodiscard]] std::optional<ChunkLayout> chunks_of(const OpenObject& object) const override {
    return local_->chunks_of(object);
  }
  [[nodiscard]] bool arriving(const Bucket& bucket, std::string_view object) const override {
    return cold_.running(bucket.id(), std::string(object));
  }
  [[nodiscard]] const MountpathConfig& mountpath_of(const OpenObject& object) const override {
    return local_->mountpath_of(object);
  }
  [[nodiscard]] const std::vector<MountpathConfig>& mountpaths() const override { return local_->mountpaths(); }

 private:
  Result<BeforePublish> send_there(const BucketPtr& bucket, const std::string& object);
  Task<Result<ObjectAttributes>> write_there(std::shared_ptr<Backend> backend, BucketPtr bucket, std::string object,
                                             ObjectAttributes attributes, ByteSource& content);

  const std::unique_ptr<ObjectStore> local_;
  const BackendRegistry& backends_;
  ColdReads cold_;
};

}  // namespace bryo::kernel
