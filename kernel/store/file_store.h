#pragma once

/// The ObjectStore on mountpaths: finds the file of a name, keeps descriptors, orders writers of one name.

#include <kernel/store/bucket_tree.h>
#include <kernel/store/descriptor_cache.h>
#include <kernel/store/listing.h>
#include <kernel/store/object_store.h>
#include <kernel/store/trash.h>
#include <kernel/store/uploads.h>

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <vector>

namespace bryo::kernel {

class FileStore final : public ObjectStore {
 public:
  FileStore(StoreConfig config, std::vector<std::unique_ptr<Mountpath>> mountpaths, std::size_t open_files,
            BlockingPool& pool, Clock& clock, Log& log);

  // Objects
  std::optional<Result<ObjectPtr>> try_open(const Bucket& bucket, std::string_view object) override;
  Task<Result<ObjectPtr>> open(BucketPtr bucket, std::string object) override;
  Task<Result<std::unique_ptr<ObjectWriter>>> create(BucketPtr bucket, std::string object,
                                                     WriteOptions options) override;
  Task<Status> remove(BucketPtr bucket, std::string object) override;
  Task<Status> evict(BucketPtr bucket, std::string object) override;
  Task<Status> rename(BucketPtr bucket, std::string from, std::string to) override;
  Task<Result<ObjectPage>> list(BucketPtr bucket, ObjectQuery query) override;

  // ObjectStore
  Task<Result<ObjectPtr>> open_present(BucketPtr bucket, std::string object) override {
    return open(std::move(bucket), std::move(object));
  }
  Task<Result<std::unique_ptr<ObjectWriter>>> create_through(BucketPtr bucket, std::string object, WriteOptions options,
                                                             BeforePublish before) override;
  Task<Result<std::unique_ptr<ObjectWriter>>> create_of(BucketPtr bucket, std::string object, WriteOptions options,
                                                        FinishedContent content, BeforePublish before) override;
  Uploads& uploads() override { return uploads_; }
  Result<ListPage> list_blocking(const Bucket& bucket, const ListRequest& request) override;
  Status drop_bucket_blocking(std::uint64_t bucket_id) override;
  Status set_custom_blocking(const Bucket& bucket, const std::string& object,
                             std::vector<std::pair<std::string, std::string>> custom, bool replace) override;
  std::int64_t touch(const OpenObject& object) override;
  [[nodiscard]] std::int64_t atime(const OpenObject& object) const override;
  [[nodiscard]] std::optional<ChunkLayout> chunks_of(const OpenObject& object) const override;
  [[nodiscard]] bool arriving(const Bucket&, std::string_view) const override { return false; }
  [[nodiscard]] const MountpathConfig& mountpath_of(const OpenObject& object) const override;
  [[nodiscard]] const std::vector<MountpathConfig>& mountpaths() const override { return config_.mountpaths; }

  // For the writers.
  [[nodiscard]] const Mountpath& owner(std::uint64_t bucket_id, std::string_view object) const;
  /// Held while the versions of one name are compared and exchanged.
  [[nodiscard]] std::mutex& name_lock(const ObjectKey& key) { return name_locks_[key.hash % kNameLocks]; }
  /// The tree that owns the name, loaded. Blocking.
  Result<std::shared_ptr<BucketTree>> tree(std::uint64_t bucket_id, std::string_view object);
  [[nodiscard]] DescriptorCache& cache() noexcept { return cache_; }
  [[nodiscard]] Log& log() noexcept { return log_; }
  /// Whether a commit waits for the disk.
  [[nodiscard]] bool strict(const Bucket& bucket, bool refetchable) const;
  /// A file without a name, which goes away with its descriptor; empty with errno set when there is none to be had.
  Descriptor create_unnamed(const Mountpath& mountpath);
  /// Fails with OutOfSpace if the disk has no room for `size` bytes now, so that it is told before they are sent. What
  /// others write meanwhile may still fill it.
  Status check_room(const Mountpath& mountpath, std::uint64_t size, const std::string& what) const;
  /// Of the version that is there; kNoObject when there is none. Blocking.
  Result<std::uint64_t> stamp_of(const BucketTree& tree, const Bucket& bucket, std::string_view object) const;
  /// Unix time for a new version: unlike that of every version before.
  std::int64_t next_mtime();

 private:
  using Trees = std::vector<std::unique_ptr<BucketTree>>;
  enum class Waiting : bool { No, Yes };

  [[nodiscard]] std::size_t owner_index(std::uint64_t bucket_id, std::string_view object) const;
  std::shared_ptr<Trees> find_trees(std::uint64_t bucket_id) const;
  Result<std::shared_ptr<Trees>> trees(std::uint64_t bucket_id);
  std::optional<Result<OpenFilePtr>> open_file(BucketTree& tree, const Bucket& bucket, const ObjectKey& key,
                                               Waiting waiting);
  Result<OpenFilePtr> open_blocking(const Bucket& bucket, std::string_view object);
  Status remove_blocking(const Bucket& bucket, const std::string& object);
  // Renaming (file_rename.cc).
  Status rename_blocking(const Bucket& bucket, const std::string& from, const std::string& to);
  Status rename_in_place(BucketTree& tree, const Bucket& bucket, const std::string& from, const std::string& to);
  Status rename_by_copy(BucketTree& source, BucketTree& target, const Bucket& bucket, const std::string& from,
                        const std::string& to);
  Result<Descriptor> copy_for_rename(const OpenFile& object, const Mountpath& mountpath, const std::string& to,
                                     const std::string& uri);
  Result<bool> describe(const BucketTree& tree, const ListRequest& request, const std::optional<KnownObject>& known,
                        ListedObject& entry) const;

  static constexpr std::size_t kNameLocks = 1024;

  StoreConfig config_;
  const std::vector<std::unique_ptr<Mountpath>> mountpaths_;
  std::vector<std::uint64_t> digests_;
  BlockingPool& pool_;
  Clock& clock_;
  Log& log_;
  std::atomic<std::int64_t> last_mtime_{0};
  std::array<std::mutex, kNameLocks> name_locks_;
  DescriptorCache cache_;
  LeafCache leaves_;

  mutable std::shared_mutex buckets_mutex_;
  std::map<std::uint64_t, std::shared_ptr<Trees>> buckets_;
  std::set<std::uint64_t> dropped_;  ///< ids are never used again; somebody may still hold an old Bucket

  Uploads uploads_;
  Trash trash_;  // last: stops first
};

/// "ais://b/o": how messages name an object.
std::string object_uri(const Bucket& bucket, std::string_view object);
/// The wire's NotFound, for an object and for a bucket that was destroyed while somebody still held it.
Error object_missing(const Bucket& bucket, std::string_view object);
Error bucket_missing(const Bucket& bucket);

}  // namespace bryo::kernel
