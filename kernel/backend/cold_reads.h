#pragma once

/// Brings objects of remote buckets here.

#include <bryo/host.h>
#include <kernel/backend/backend_registry.h>
#include <kernel/store/object_store.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace bryo::kernel {

/// Thread-safe. References outlive every transfer.
class ColdReads {
 public:
  ColdReads(ObjectStore& local, const BackendRegistry& backends, Memory& memory)
      : local_(local), backends_(backends), memory_(memory) {}

  /// The object is here when this returns. One transfer runs for one object, whoever asks; it goes on when its first
  /// caller is cancelled. Fails with what the backend says, or Unavailable when its content ends early.
  Task<Status> bring(BucketPtr bucket, std::string object);

  /// Returns when no transfer of the object runs that began before the call: to be awaited between a change at the
  /// backend and the change here, which an older content would undo otherwise.
  Task<void> settle(BucketPtr bucket, std::string object);

  /// Whether a transfer of the object runs.
  [[nodiscard]] bool running(std::uint64_t bucket_id, std::string object) const {
    const std::scoped_lock lock(mutex_);
    return running_.contains({bucket_id, std::move(object)});
  }

 private:
  class Transfer;
  using Key = std::pair<std::uint64_t, std::string>;  ///< bucket id, object

  Task<Status> transfer(BucketPtr bucket, std::string object) const;
  Task<void> run(std::shared_ptr<Transfer> transfer, BucketPtr bucket, std::string object);

  ObjectStore& local_;
  const BackendRegistry& backends_;
  Memory& memory_;
  mutable std::mutex mutex_;
  std::map<Key, std::shared_ptr<Transfer>> running_;
};

}  // namespace bryo::kernel
