#pragma once

/// One version of the bucket metadata: what is called BMD on the wire (http-cluster.md section 4).

#include <kernel/bucket/bucket_access.h>
#include <kernel/bucket/bucket_props.h>
#include <kernel/bucket/bucket_record.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bryo::kernel {

/// A bucket as the registry holds it. Immutable.
class RegisteredBucket : public BucketRecord {
 public:
  /// `revision` is that of its key in the meta store.
  RegisteredBucket(BucketName name, BucketProps props, std::uint64_t revision)
      : BucketRecord(std::move(name), props.id(), props.policy()), props_(std::move(props)), revision_(revision) {}
  [[nodiscard]] const BucketProps& props() const noexcept { return props_; }
  [[nodiscard]] std::uint64_t revision() const noexcept { return revision_; }
  /// Fails with 403.
  [[nodiscard]] Status allows(BucketAccess access) const { return check_access(name(), id(), props_.access(), access); }

 private:
  BucketProps props_;
  std::uint64_t revision_;
};
using RegisteredBucketPtr = std::shared_ptr<const RegisteredBucket>;

/// Immutable snapshot; lookups make no strings.
class BucketMap {
 public:
  explicit BucketMap(std::uint64_t version = 0) : version_(version) {}

  /// Null when there is no such bucket.
  [[nodiscard]] RegisteredBucketPtr find(const BucketName& name) const;
  /// All buckets, sorted by provider, namespace and name.
  [[nodiscard]] std::vector<RegisteredBucketPtr> sorted() const;
  [[nodiscard]] std::uint64_t version() const noexcept { return version_; }
  [[nodiscard]] std::size_t size() const noexcept { return buckets_.size(); }

  /// Copies with one change; a bucket whose stored revision is newer than `bucket`'s stays.
  [[nodiscard]] BucketMap with(RegisteredBucketPtr bucket, std::uint64_t version) const;
  [[nodiscard]] BucketMap without(const RegisteredBucket& bucket, std::uint64_t version) const;

  /// The document of `what=bmd`, with a newline.
  [[nodiscard]] std::string json(std::string_view uuid) const;

 private:
  struct Hash {
    std::size_t operator()(const BucketName& name) const noexcept;
  };
  std::unordered_map<BucketName, RegisteredBucketPtr, Hash> buckets_;
  std::uint64_t version_;
};

}  // namespace bryo::kernel
