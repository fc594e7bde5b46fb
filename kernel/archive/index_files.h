#pragma once

/// Member indexes on disk, so that a shard is walked through once in its life and not once in the node's.
///
///   <directory>/<stamp, 16 hex digits>
///
/// The stamp names one version of one object for ever, so an index cannot be of another one; those of versions that are
/// gone are used no more, and are removed with the oldest when the files take more than the limit. Everything in a file
/// is checked when it is opened: a damaged one is removed, and the index is made anew.

#include <bryo/host.h>
#include <bryo/metrics.h>
#include <kernel/archive/member_table.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace bryo::kernel {

/// Blocks; for the pool. Thread-safe. Failures are logged: without a file everything works, only slower.
class IndexFiles {
 public:
  /// The directory for the indexes of archives that lie where this one does.
  using DirectoryOf = std::function<std::string(const OpenObject& archive)>;

  /// Archives smaller than this are walked through as quickly as a file is opened.
  static constexpr std::uint64_t kSmallest = 256 << 10;

  /// `limit`: bytes that the files of one directory may take. `log` outlives it.
  IndexFiles(DirectoryOf directory_of, std::uint64_t limit, Log& log);

  /// Null when there is none. `format` is the reader's format; `damaged` counts those that cannot be used, and may be
  /// null.
  std::unique_ptr<MemberTable> load(const OpenObject& archive, const ArchiveFormatSpec& format, std::string label,
                                    Counter* damaged = nullptr);
  /// Whether there is one that `load` would take, without marking it as used.
  KnownIndex look_up(const OpenObject& archive, const ArchiveFormatSpec& format) const;
  void store(const OpenObject& archive, const ArchiveFormatSpec& format, const MemberTable& table);

  void set_limit(std::uint64_t bytes) { limit_.store(bytes, std::memory_order_relaxed); }

 private:
  /// Adds to what the directory holds, and removes the oldest files when that is too much.
  void account(const std::string& directory, std::uint64_t bytes);

  const DirectoryOf directory_of_;
  std::atomic<std::uint64_t> limit_;
  Log& log_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::uint64_t> held_;  ///< bytes, by directory; absent: not counted yet
};

}  // namespace bryo::kernel
