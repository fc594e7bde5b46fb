#include <kernel/store/descriptor_cache.h>

namespace bryo::kernel {

DescriptorCache::DescriptorCache(std::size_t capacity) : capacity_(capacity) {}

OpenFilePtr DescriptorCache::find(const ObjectKey& key) {
  Shard& part = shard(key);
  const std::scoped_lock lock(part.mutex);
  const auto found = part.index.find(key);
  if (found == part.index.end()) return nullptr;
  Slot& slot = part.ring[(*found)->cache_slot];
  slot.used = true;
  return slot.file;
}

OpenFilePtr DescriptorCache::peek(const ObjectKey& key) const {
  const Shard& part = shard(key);
  const std::scoped_lock lock(part.mutex);
  const auto found = part.index.find(key);
  return found == part.index.end() ? nullptr : part.ring[(*found)->cache_slot].file;
}

std::uint64_t DescriptorCache::generation(const ObjectKey& key) const noexcept {
  return shard(key).generation.load(std::memory_order_acquire);
}

OpenFilePtr DescriptorCache::insert(OpenFilePtr file, const ObjectKey& key, std::uint64_t generation) {
  Shard& part = shard(key);
  OpenFilePtr evicted;  // closed after the lock is given back
  {
    const std::scoped_lock lock(part.mutex);
    if (part.generation.load(std::memory_order_relaxed) != generation) return file;
    if (const auto found = part.index.find(key); found != part.index.end()) {
      return part.ring[(*found)->cache_slot].file;
    }
    // The bound is one for all shards: a data set that fits is not evicted because a shard has more than its share.
    const bool full = count_.load(std::memory_order_relaxed) >= capacity_;
    const bool has_share = part.ring.size() * 2 * kShards >= capacity_;
    if (full && has_share) evicted = evict(part);
    file->cache_slot = part.ring.size();
    part.ring.push_back({file, false});
    part.index.insert(file.get());
    if (count_.fetch_add(1, std::memory_order_relaxed) < capacity_) return file;
  }
  // This shard has less than half of its share: another one gives.
  for (std::size_t i = 1; i < kShards; ++i) {
    Shard& other = shards_[(shard_number(key) + i) % kShards];
    const std::scoped_lock lock(other.mutex);
    if ((evicted = evict(other))) break;
  }
  return file;
}

void DescriptorCache::invalidate(const ObjectKey& key) {
  Shard& part = shard(key);
  OpenFilePtr dropped;
  const std::scoped_lock lock(part.mutex);
  part.generation.fetch_add(1, std::memory_order_release);
  if (const auto found = part.index.find(key); found != part.index.end()) dropped = take(part, (*found)->cache_slot);
}

void DescriptorCache::invalidate_bucket(std::uint64_t bucket_id) {
  for (Shard& part : shards_) {
    std::vector<OpenFilePtr> dropped;
    const std::scoped_lock lock(part.mutex);
    part.generation.fetch_add(1, std::memory_order_release);
    for (std::size_t slot = part.ring.size(); slot-- > 0;) {
      if (part.ring[slot].file->bucket_id() == bucket_id) dropped.push_back(take(part, slot));
    }
  }
}

void DescriptorCache::shrink() {
  for (Shard& part : shards_) {
    std::vector<OpenFilePtr> dropped;
    const std::scoped_lock lock(part.mutex);
    for (std::size_t left = (part.ring.size() + 1) / 2; left > 0; --left) dropped.push_back(evict(part));
  }
}

/// Removes one entry; the last one moves into its place.
OpenFilePtr DescriptorCache::take(Shard& part, std::size_t slot) {
  OpenFilePtr file = std::move(part.ring[slot].file);
  part.index.erase(file.get());
  if (slot + 1 != part.ring.size()) {
    part.ring[slot] = std::move(part.ring.back());
    part.ring[slot].file->cache_slot = slot;
  }
  part.ring.pop_back();
  count_.fetch_sub(1, std::memory_order_relaxed);
  return file;
}

/// Takes the next file that was not used since the hand passed; null when the shard is empty.
OpenFilePtr DescriptorCache::evict(Shard& part) {
  if (part.ring.empty()) return nullptr;
  for (;;) {
    if (part.hand >= part.ring.size()) part.hand = 0;
    Slot& slot = part.ring[part.hand];
    if (!slot.used) return take(part, part.hand);
    slot.used = false;
    ++part.hand;
  }
}

}  // namespace bryo::kernel
