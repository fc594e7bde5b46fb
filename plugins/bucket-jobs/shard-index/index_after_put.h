#pragma once

/// Indexes shards when they have been stored, in buckets that ask for it.

#include <bryo/hook.h>
#include <bryo/host.h>

#include <cstdint>
#include <memory>
#include <string>

#include "index_settings.h"

namespace bryo::shard_index {

/// A bucket asks with this property, "true": custom properties are free, and clients leave them alone.
inline constexpr std::string_view kIndexOnPut = "extra.custom.index_on_put";

/// Thread-safe. Whoever stores a shard does not wait for its index.
class IndexAfterPut {
 public:
  /// Both outlive `stop`.
  IndexAfterPut(Host& host, IndexSettings& settings);

  /// The hook.
  Task<Status> stored(ObjectChange change);
  /// Waits until nothing is under way; the plugin is told nothing any more.
  Task<void> stop();

 private:
  class Underway;
  static Task<Status> index(Host& host, BucketPtr bucket, std::string name);

  Host& host_;
  IndexSettings& settings_;
  const std::shared_ptr<Underway> underway_;
};

}  // namespace bryo::shard_index
