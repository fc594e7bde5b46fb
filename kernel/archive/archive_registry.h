#pragma once

/// The archive formats of the running plugins, and the shards whose index is in memory.

#include <bryo/host.h>
#include <kernel/archive/index_files.h>
#include <kernel/archive/index_metrics.h>
#include <kernel/archive/shard_cache.h>

#include <atomic>
#include <functional>
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

  /// Before the first `open`. The counters outlive the registry.
  void count_in(const IndexMetrics& metrics) { metrics_ = metrics; }
  /// Indexes are kept in files from now on. Before the first `open`.
  void keep_indexes(std::unique_ptr<IndexFiles> files) { files_ = std::move(files); }

  /// Fails with Conflict when one of its extensions or MIME names belongs to another format (the sentence names both
  /// owners), InvalidArgument when it has no extension with a dot, or neither reader nor writer.
  Status add(ArchiveFormat format, const std::string& owner);
  /// Takes back the formats of an owner. Before the first `open`.
  void withdraw(const std::string& owner);

  Result<std::shared_ptr<const ArchiveFormat>> by_mime(std::string_view mime) const override;
  [[nodiscard]] std::shared_ptr<const ArchiveFormat> by_name(std::string_view object) const override;
  Task<Result<KnownIndex>> look_up(ObjectPtr object, std::string label) override;
  std::optional<Shard> try_open(const ObjectPtr& object) override { return cache_.find(object); }
  Task<Result<Shard>> open(ObjectPtr object, std::string label, std::shared_ptr<MemberTap> tap = nullptr) override;
  /// `open` for a caller who says what the archive is: where the name does not tell the format, `mime` does. Fails as
  /// `by_mime`. What the content contradicts is read as it was said to be, but the index is not kept for others.
  Task<Result<Shard>> open_as(ObjectPtr object, std::string label, std::string mime);

  void set_cache_limit(std::uint64_t bytes) { cache_.set_limit(bytes); }
  /// Bytes that the index of one archive may take; one with more members is refused.
  void set_max_index(std::uint64_t bytes) { max_index_ = bytes; }
  void set_disk_limit(std::uint64_t bytes) {
    if (files_) files_->set_limit(bytes);
  }

 private:
  struct Entry {
    std::shared_ptr<const ArchiveFormat> format;
    std::string owner;
  };

  /// get-batch.md section 8: a known suffix decides and is never doubted; other names are known by their content.
  Result<std::shared_ptr<const ArchiveFormat>> recognise(const OpenObject& object, std::string_view label) const;
  /// By the first bytes; null: unknown. Blocks.
  Result<std::shared_ptr<const ArchiveFormat>> by_content(const OpenObject& object) const;

  /// From a file, or by walking through the archive.
  Result<std::shared_ptr<const MemberIndex>> index_of(const OpenObject& object, const ArchiveFormat& format,
                                                      const std::string& label, MemberTap* tap) const;
  Result<std::shared_ptr<const MemberTable>> walk(const OpenObject& object, const ArchiveFormat& format,
                                                  const std::string& label, MemberTap* tap) const;

  BlockingPool* blocking_ = nullptr;
  IndexMetrics metrics_;
  std::vector<Entry> formats_;
  std::unique_ptr<IndexFiles> files_;  ///< null: nothing is kept
  ShardCache cache_{0};
  std::atomic<std::uint64_t> max_index_{256 << 20};
};

}  // namespace bryo::kernel
