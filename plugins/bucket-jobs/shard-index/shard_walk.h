#pragma once

/// The shards among the objects of a bucket.

#include <bryo/host.h>

#include <cstdint>
#include <deque>
#include <string>

namespace bryo::shard_index {

/// An archive that a reader is there for, by its name.
struct FoundShard {
  std::string name;
  std::uint64_t size = 0;
};

/// Goes through the names with a prefix, in order, a page at a time. One coroutine.
class ShardWalk {
 public:
  ShardWalk(Host& host, BucketPtr bucket, std::string prefix) : host_(host), bucket_(std::move(bucket)) {
    query_.prefix = std::move(prefix);
  }

  /// The next page of shards; may be empty before the end. Fails as `Objects::list`.
  Task<Result<std::deque<FoundShard>>> next() {
    std::deque<FoundShard> found;
    BRYO_CO_TRY(page, co_await host_.objects().list(bucket_, query_));
    more_ = page.more && !page.objects.empty();
    if (more_) query_.after = page.objects.back().name;
    for (auto& object : page.objects) {
      if (is_shard(host_.archives(), object.name)) found.push_back({std::move(object.name), object.size});
    }
    co_return found;
  }
  [[nodiscard]] bool more() const noexcept { return more_; }

  static bool is_shard(const Archives& archives, std::string_view name) {
    const auto format = archives.by_name(name);
    return format && format->reader;
  }

 private:
  Host& host_;
  const BucketPtr bucket_;
  ObjectQuery query_;
  bool more_ = true;
};

/// Nullptr when it is gone by now.
inline Task<Result<ObjectPtr>> open_shard(Host& host, BucketPtr bucket, std::string name) {
  auto object = host.objects().try_open(*bucket, name);
  if (!object) object = co_await host.objects().open(bucket, name);
  if (!*object && object->error().code() == Errc::NotFound) co_return ObjectPtr();
  co_return *std::move(object);
}

/// `prefix` of a message; a trailing '*' is stripped.
inline Status check_prefix(std::string& prefix) {
  if (prefix.ends_with('*')) prefix.pop_back();
  return prefix.empty() ? Status() : check_object_name(prefix + "x", "prefix");
}

}  // namespace bryo::shard_index
