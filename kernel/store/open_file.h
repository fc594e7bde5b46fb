#pragma once

/// An object that is open for reading: the file, and what is known of it.

#include <bryo/host.h>
#include <kernel/store/descriptor.h>
#include <kernel/store/file_object.h>
#include <kernel/store/mountpath.h>
#include <kernel/store/snapshot.h>

#include <sys/stat.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace bryo::kernel {

/// How the descriptor cache finds an object. The name lives elsewhere.
struct ObjectKey {
  ObjectKey(std::uint64_t bucket_id_, std::string_view name_) noexcept;

  std::uint64_t bucket_id;
  std::string_view name;
  std::uint64_t hash;  ///< of both
};

/// What tells the versions of one object apart.
[[nodiscard]] std::uint64_t version_stamp(const struct stat& file) noexcept;

class OpenFile final : public FileObject {
 public:
  /// Takes over the descriptor. Fails when it is not a regular file.
  static Result<std::shared_ptr<const OpenFile>> adopt(Descriptor file, const ObjectKey& key,
                                                       const Mountpath& mountpath, BlockingPool& pool);

  /// Use adopt().
  OpenFile(Descriptor file, const ObjectKey& key, const Mountpath& mountpath, BlockingPool& pool,
           const struct stat& info);

  std::optional<Status> try_read(std::uint64_t offset, MutableBytes out) const override;
  Task<Status> read(std::uint64_t offset, MutableBytes out) const override;
  Status read_blocking(std::uint64_t offset, MutableBytes out) const override;
  void will_need(std::uint64_t offset, std::uint64_t length) const override;
  Result<std::shared_ptr<const ObjectAttributes>> attributes() const override;

  [[nodiscard]] const Mountpath& mountpath() const noexcept { return mountpath_; }
  [[nodiscard]] bool chunked() const noexcept { return chunked_; }
  [[nodiscard]] std::int64_t atime_ns() const noexcept { return atime_ns_.load(std::memory_order_relaxed); }
  /// Answers the access time before.
  std::int64_t touch(std::int64_t now_ns) const noexcept { return atime_ns_.exchange(now_ns); }

  [[nodiscard]] bool is(const ObjectKey& key) const noexcept {
    return hash_ == key.hash && bucket_id_ == key.bucket_id && name_ == key.name;
  }
  [[nodiscard]] std::uint64_t hash() const noexcept { return hash_; }
  [[nodiscard]] std::uint64_t bucket_id() const noexcept { return bucket_id_; }

  /// The place in the descriptor cache; the cache's business, under its lock.
  mutable std::size_t cache_slot = 0;

 private:
  [[nodiscard]] bool inside(std::uint64_t offset, std::size_t length) const noexcept;
  [[nodiscard]] Error outside(std::uint64_t offset, std::size_t length) const;
  [[nodiscard]] Error shortened() const;

  const std::uint64_t hash_;
  const std::uint64_t bucket_id_;
  const std::string name_;
  const Mountpath& mountpath_;
  BlockingPool& pool_;
  const Descriptor file_;
  const bool chunked_;
  mutable std::atomic<std::int64_t> atime_ns_;
  mutable Snapshot<ObjectAttributes> attributes_;
};

}  // namespace bryo::kernel
