#include "decoded_parts.h"

#include <utility>

namespace bryo::moss {

void DecodedParts::set_limit(std::uint64_t bytes) {
  const std::scoped_lock lock(mutex_);
  limit_ = bytes;
  evict_locked();
}

DecodedParts::Bytes DecodedParts::find(const Key& key) {
  const std::scoped_lock lock(mutex_);
  return find_locked(key);
}

DecodedParts::Bytes DecodedParts::find_locked(const Key& key) {
  const auto found = kept_.find(key);
  if (found == kept_.end()) return nullptr;
  order_.splice(order_.begin(), order_, found->second);
  return found->second->bytes;
}

DecodedParts::Claim DecodedParts::claim(const Key& key) {
  const std::scoped_lock lock(mutex_);
  if (Bytes bytes = find_locked(key)) return {.bytes = std::move(bytes)};
  const auto [part, mine] = running_.try_emplace(key, nullptr);
  if (!mine) return {.other = part->second};
  part->second = std::make_shared<Running>();
  return {};
}

void DecodedParts::publish(const Key& key, Bytes bytes) {
  {
    const std::scoped_lock lock(mutex_);
    const auto part = running_.extract(key);
    part.mapped()->done = true;
    part.mapped()->bytes = bytes;
    if (bytes) keep_locked(key, std::move(bytes));
  }
  ended_.notify_all();
}

void DecodedParts::keep(const Key& key, Bytes bytes) {
  const std::scoped_lock lock(mutex_);
  keep_locked(key, std::move(bytes));
}

void DecodedParts::keep_locked(const Key& key, Bytes bytes) {
  if (key.length > limit_ || kept_.contains(key)) return;
  order_.push_front({key, std::move(bytes)});
  kept_[key] = order_.begin();
  bytes_ += key.length;
  evict_locked();
}

void DecodedParts::evict_locked() {
  while (bytes_ > limit_) {
    bytes_ -= order_.back().key.length;
    kept_.erase(order_.back().key);
    order_.pop_back();
  }
}

DecodedParts::Bytes DecodedParts::wait(const std::shared_ptr<Running>& part) {
  std::unique_lock lock(mutex_);
  ended_.wait(lock, [&] { return part->done; });
  return part->bytes;
}

void DecodedParts::clear() {
  const std::scoped_lock lock(mutex_);
  kept_.clear();
  order_.clear();
  bytes_ = 0;
}

}  // namespace bryo::moss
