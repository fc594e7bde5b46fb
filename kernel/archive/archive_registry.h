#pragma once

/// The archive formats of the running plugins, and the shards whose index is in memory.

#include <bryo/host.h>
#include <kernel/archive/shard_cache.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel {

/// Formats are added before the node listens and never removed; everything else is thread-safe.
class ArchiveRegistry final : public Archives {
 public:
  /// Before the first `open`. `cache_bytes`: memory that indexes may hold.
  void start(BlockingPool& blocking, std::uint64_t cache_bytes) {
    blocking_ = &blocking;
    cache_.set_limit(cache_bytes);
  }

  /// Fails with Conflict when one of its extensions or MIME names belongs to another format (the sentence names both
  /// owners), InvalidArgument when it has no extension with a dot, or neither reader nor writer.
  Status add(ArchiveFormat format, const std::string& owner);
  /// Takes back the formats of an owner. Before the first `open`.
  void withdraw(const std::string& owner);

  Result<std::shared_ptr<const ArchiveFormat>> by_mime(std::string_view mime) const override;
  std::optional<Shard> try_open(const ObjectPtr& object) override { return cache_.find(object); }
  Task<Result<Shard>> open(ObjectPtr object, std::string label) override;

  void set_cache_limit(std::uint64_t bytes) { cache_.set_limit(bytes); }

 private:
  struct Entry {
    std::shared_ptr<const ArchiveFormat> format;
    std::string owner;
  };

  /// get-batch.md section 8: a known suffix decides and is never doubted; other names are known by their content.
  Result<std::shared_ptr<const ArchiveFormat>> recognise(const OpenObject& object, std::string_view label) const;

  BlockingPool* blocking_ = nullptr;
  std::vector<Entry> formats_;
  ShardCache cache_{0};
};

}  // namespace bryo::kernel
