#pragma once

/// The buckets of the cluster: persistent, versioned, crash-safe.
///
/// In the meta store each bucket is one key (`bucket/ais/@#/b/`), and `buckets` holds their header: the version, the
/// last id given out, the ids of destroyed buckets whose objects may still be on disk, and renames under way. A change
/// goes: header key, bucket's key, snapshot. So a crash in between costs an id or a version number, and a bucket that
/// was destroyed while the node died is cleaned up at the next start, by id, because no id is ever given out twice.

#include <bryo/host.h>
#include <bryo/meta_store.h>
#include <bryo/objects.h>
#include <kernel/backend/backend_registry.h>
#include <kernel/bucket/bucket_map.h>
#include <kernel/store/snapshot.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace bryo::kernel {

/// Thread-safe. Lookups wait for nothing; changes are ordered by compare-and-swap in the meta store.
class BucketRegistry : public Buckets {
 public:
  struct Settings {
    std::string cluster_uuid;
    std::string gateway_id;  ///< names the answering node in messages
    /// The cluster configuration in force; asked for each new bucket and each reset.
    std::function<std::shared_ptr<const nlohmann::json>()> cluster_config;
    /// Of the providers other than "ais"; null = there is none.
    const BackendRegistry* backends = nullptr;
  };

  /// Reads the stored buckets. Fails with Internal naming the key when one of them is damaged.
  static Task<Result<std::unique_ptr<BucketRegistry>>> open(MetaStore& store, Clock& clock, Settings settings);

  Result<BucketPtr> find(const BucketName& name) const override;
  Task<Result<BucketPtr>> find_or_add(BucketName name) override;
  Task<Result<BucketPtr>> create_like(BucketName name, BucketPtr model) override;
  Task<Result<BucketPtr>> rename(BucketPtr bucket, BucketName name) override;
  Status check_access(const Bucket& bucket, BucketAccess wanted) const override;
  [[nodiscard]] std::string property(const Bucket& bucket, std::string_view path) const override;
  /// The same with the properties.
  Result<RegisteredBucketPtr> lookup(const BucketName& name) const;
  [[nodiscard]] std::shared_ptr<const BucketMap> snapshot() const { return map_.load(); }
  [[nodiscard]] std::string bmd_json() const { return snapshot()->json(settings_.cluster_uuid); }

  /// Fails with 409 when it exists, 400 for bad properties (then nothing happened), NotFound when it is a backend's and
  /// not there.
  Task<Result<RegisteredBucketPtr>> create(BucketName name, nlohmann::json props);
  /// The bucket is gone when this returns; its objects are not: hand the answer (its id) to the store, then to
  /// `forget`.
  Task<Result<std::uint64_t>> destroy(BucketName name);
  /// The store has dropped everything of a destroyed bucket.
  Task<Status> forget(std::uint64_t id);
  /// Destroyed buckets that were not forgotten, of this and earlier runs.
  Task<Result<std::vector<std::uint64_t>>> leftovers();

  Task<Result<RegisteredBucketPtr>> set_props(BucketName name, nlohmann::json partial);
  Task<Result<RegisteredBucketPtr>> reset_props(BucketName name);

 private:
  using Change = std::function<Result<BucketProps>(const RegisteredBucket&)>;
  struct Header;

  BucketRegistry(MetaStore& store, Clock& clock, Settings settings)
      : store_(store), clock_(clock), settings_(std::move(settings)) {}

  [[nodiscard]] Error missing(const BucketName& name) const;
  Task<Status> load();
  /// Ends renames that a crash interrupted: of two names of one bucket the new one stays.
  Task<Result<BucketMap>> finish_renames(BucketMap map, const Header& header);
  /// Fails with Conflict when there is one of that name.
  Task<Result<std::uint64_t>> take_name(BucketName name, const BucketProps& props);
  Task<Result<RegisteredBucketPtr>> store(BucketName name, BucketProps props, std::uint64_t version);
  [[nodiscard]] static Error exists(const BucketName& name);
  /// Reads, changes and writes the header key until nobody came in between.
  Task<Result<Header>> change_header(std::function<void(Header&)> change);
  Task<Result<RegisteredBucketPtr>> change_props(BucketName name, Change change);
  void publish(const std::function<BucketMap(const BucketMap&)>& change);

  MetaStore& store_;
  Clock& clock_;
  Settings settings_;
  std::mutex publishing_;  ///< writers only
  Snapshot<BucketMap> map_;
};

}  // namespace bryo::kernel
