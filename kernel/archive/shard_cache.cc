#include <kernel/archive/shard_cache.h>
#include <kernel/runtime/sync_point.h>

namespace bryo::kernel {

std::optional<Shard> ShardCache::find(const ObjectPtr& object) {
  const std::scoped_lock lock(mutex_);
  const auto found = index_.find(object->stamp());
  if (found == index_.end()) return std::nullopt;
  order_.splice(order_.begin(), order_, found->second);
  return Shard{object, found->second->index, found->second->format};
}

Task<Result<Shard>> ShardCache::open(ObjectPtr object, BlockingPool& blocking, std::function<Result<Shard>()> build) {
  if (auto kept = find(object)) co_return *std::move(kept);
  const std::uint64_t stamp = object->stamp();
  std::shared_ptr<Pass> pass;
  {
    const std::scoped_lock lock(mutex_);
    pass = passes_[stamp].lock();
    if (!pass) passes_[stamp] = pass = std::make_shared<Pass>();
  }
  // The pass outlives a caller that is cancelled: the work holds a reference of its own.
  std::function<Status()> work = [this, pass, stamp, build = std::move(build)]() -> Status {
    const std::scoped_lock lock(pass->mutex);
    if (!pass->result) {
      BRYO_SYNC_POINT("archive.index");
      pass->result = build();
      if (*pass->result) insert(stamp, **pass->result);
    }
    return {};
  };
  Status done = co_await blocking.run(std::move(work));
  {
    const std::scoped_lock lock(mutex_);
    passes_.erase(stamp);
  }
  if (!done) co_return done.error();
  if (!*pass->result) co_return pass->result->error();
  co_return Shard{object, (*pass->result)->index, (*pass->result)->format};
}

void ShardCache::insert(std::uint64_t stamp, const Shard& shard) {
  const std::uint64_t bytes = shard.index->memory();
  if (bytes > limit_.load(std::memory_order_relaxed)) return;  // serves its callers, but is not kept
  const std::scoped_lock lock(mutex_);
  if (index_.contains(stamp)) return;
  order_.push_front({stamp, shard.index, shard.format, bytes});
  index_[stamp] = order_.begin();
  bytes_.fetch_add(bytes, std::memory_order_relaxed);
  evict_locked();
}

void ShardCache::set_limit(std::uint64_t bytes) {
  limit_.store(bytes, std::memory_order_relaxed);
  const std::scoped_lock lock(mutex_);
  evict_locked();
}

void ShardCache::evict_locked() {
  while (!order_.empty() && bytes_.load(std::memory_order_relaxed) > limit_.load(std::memory_order_relaxed)) {
    bytes_.fetch_sub(order_.back().bytes, std::memory_order_relaxed);
    index_.erase(order_.back().stamp);
    order_.pop_back();
  }
}

}  // namespace bryo::kernel
