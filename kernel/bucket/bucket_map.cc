#include <kernel/bucket/bucket_map.h>

#include <kernel/wire/bucket_text.h>

#include <algorithm>
#include <functional>

namespace bryo::kernel {

std::size_t BucketMap::Hash::operator()(const BucketName& name) const noexcept {
  // Namespaces and providers are few; the bucket's own name tells buckets apart, the rest only must not be lost.
  const std::hash<std::string_view> hash;
  return hash(name.name) ^ (hash(name.provider) * 3) ^ (hash(name.ns_name) * 5) ^ (hash(name.ns_uuid) * 7);
}

RegisteredBucketPtr BucketMap::find(const BucketName& name) const {
  const auto found = buckets_.find(name);
  return found == buckets_.end() ? nullptr : found->second;
}

std::vector<RegisteredBucketPtr> BucketMap::sorted() const {
  std::vector<RegisteredBucketPtr> all;
  all.reserve(buckets_.size());
  for (const auto& [name, bucket] : buckets_) all.push_back(bucket);
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a->name() < b->name(); });
  return all;
}

BucketMap BucketMap::with(RegisteredBucketPtr bucket, std::uint64_t version) const {
  BucketMap next = *this;
  next.version_ = std::max(version_, version);
  auto& slot = next.buckets_[bucket->name()];
  if (slot == nullptr || slot->revision() < bucket->revision()) slot = std::move(bucket);
  return next;
}

BucketMap BucketMap::without(const RegisteredBucket& bucket, std::uint64_t version) const {
  BucketMap next = *this;
  next.version_ = std::max(version_, version);
  const auto found = next.buckets_.find(bucket.name());
  if (found != next.buckets_.end() && found->second->id() == bucket.id()) next.buckets_.erase(found);
  return next;
}

std::string BucketMap::json(std::string_view uuid) const {
  nlohmann::ordered_json document;
  auto& providers = document["providers"] = nlohmann::ordered_json::object();
  providers["ais"]["@#"] = nlohmann::ordered_json::object();
  for (const auto& bucket : sorted()) {
    const auto& name = bucket->name();
    providers[name.provider][namespace_text(name)][name.name] = bucket->props().tree();
  }
  document["uuid"] = uuid;
  document["version"] = std::to_string(version_);
  return document.dump() + "\n";
}

}  // namespace bryo::kernel
