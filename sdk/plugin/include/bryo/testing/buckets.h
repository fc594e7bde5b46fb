#pragma once

/// Buckets in memory.

#include <bryo/objects.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bryo::testing {

class MemoryBucket final : public Bucket {
 public:
  MemoryBucket(BucketName name, std::uint64_t id) : Bucket(std::move(name), id) {}
};

class MemoryBuckets final : public Buckets {
 public:
  BucketPtr add(std::string name) { return add(BucketName{.name = std::move(name)}); }
  /// One of the same name takes its place, as another bucket.
  BucketPtr add(BucketName name) {
    auto bucket = std::make_shared<const MemoryBucket>(name, ++ids_);
    buckets_[std::move(name)] = bucket;
    return bucket;
  }
  /// Reading its objects is denied.
  void deny(const BucketName& name) { denied_.push_back(name); }
  /// Of every bucket.
  std::map<std::string, std::string, std::less<>> properties;

  Result<BucketPtr> find(const BucketName& name) const override {
    if (const auto found = buckets_.find(name); found != buckets_.end()) return found->second;
    return Error(Errc::NotFound, "bucket \"" + name.uri() + "\" does not exist", "ErrBckNotFound");
  }
  Task<Result<BucketPtr>> create_like(BucketName name, BucketPtr) override {
    if (buckets_.contains(name)) co_return exists(name);
    co_return add(std::move(name));
  }
  Task<Result<BucketPtr>> rename(BucketPtr bucket, BucketName name) override {
    if (buckets_.contains(name)) co_return exists(name);
    BRYO_CO_TRY(known, find(bucket->name()));
    auto renamed = std::make_shared<const MemoryBucket>(name, known->id());
    buckets_.erase(bucket->name());
    buckets_[std::move(name)] = renamed;
    co_return BucketPtr(std::move(renamed));
  }
  Status check_access(const Bucket& bucket, BucketAccess wanted) const override {
    for (const auto& name : denied_) {
      if (wanted == BucketAccess::Get && name == bucket.name()) {
        return Error(Errc::Forbidden, "bucket " + name.uri() + ": GET access denied", "ErrBucketAccessDenied");
      }
    }
    return {};
  }
  [[nodiscard]] std::string property(const Bucket&, std::string_view path) const override {
    const auto found = properties.find(path);
    return found == properties.end() ? std::string() : found->second;
  }

 private:
  static Error exists(const BucketName& name) {
    return {Errc::Conflict, "bucket \"" + name.uri() + "\" already exists", "ErrBucketAlreadyExists"};
  }

  std::map<BucketName, BucketPtr> buckets_;
  std::vector<BucketName> denied_;
  std::uint64_t ids_ = 0;
};

}  // namespace bryo::testing
