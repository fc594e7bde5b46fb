#pragma once

/// A bucket with what the store must know to write into it.

#include <bryo/objects.h>

#include <cstdint>
#include <string>

namespace bryo::kernel {

/// The part of a bucket's properties that decides how objects are stored.
struct StoragePolicy {
  std::string checksum_type = "xxhash2";  ///< none xxhash xxhash2 md5 crc32c sha256 sha512
  bool versioning = true;
  bool fsync = false;  ///< feature Fsync-PUT: strict durability whatever the node's default
};

/// Every `Bucket` inside the kernel is one of these; plugins see only the base.
class BucketRecord : public Bucket {
 public:
  BucketRecord(BucketName name, std::uint64_t id, StoragePolicy policy)
      : Bucket(std::move(name), id), policy_(std::move(policy)) {}
  [[nodiscard]] const StoragePolicy& policy() const noexcept { return policy_; }
  /// The record behind a Bucket that came back from a plugin.
  static const BucketRecord& of(const Bucket& bucket) { return static_cast<const BucketRecord&>(bucket); }

 private:
  StoragePolicy policy_;
};

}  // namespace bryo::kernel
