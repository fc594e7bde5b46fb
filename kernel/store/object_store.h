#pragma once

/// The objects of this target: files under its mountpaths. kernel/store/README.md describes the layout on disk.

#include <bryo/host.h>
#include <bryo/objects.h>
#include <kernel/bucket/bucket_record.h>
#include <kernel/store/object_turns.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bryo::kernel {

/// `node.durability`.
enum class Durability : std::uint8_t { Auto, Strict, Relaxed };

struct MountpathConfig {
  std::string path;
  std::string label;
};

struct StoreConfig {
  std::vector<MountpathConfig> mountpaths;
  Durability durability = Durability::Auto;
  std::size_t open_files = 0;            ///< descriptors that the cache may hold; 0 = half of RLIMIT_NOFILE
  std::size_t listing_cache = 24 << 20;  ///< bytes of names and metadata that are kept for listings
  std::size_t leaf_names = 2048;         ///< names in one directory before it is split (README.md); tests lower it
  std::size_t upload_limit = 10'000;     ///< appends and multipart uploads under way
  std::chrono::nanoseconds upload_age = std::chrono::hours(24);  ///< without a request, until one is given up
};

/// What a listing asks for (one page).
struct ListRequest {
  std::string prefix{};
  std::string after{};  ///< only names greater, bytewise
  std::size_t limit = 10'000;
  bool recursive = true;    ///< false: names up to the next '/' after the prefix, as directories
  bool sizes = true;        ///< false: names only, several times cheaper
  bool attributes = false;  ///< also checksum, version, custom metadata
  bool atimes = false;      ///< also access times
};

struct ListedObject {
  std::string name;  ///< of a directory (not recursive): with its trailing '/'
  bool directory = false;
  std::uint64_t size = 0;  ///< this, the next and the mountpath: only with `sizes` or `attributes`
  bool chunked = false;    ///< arrived in parts
  std::int64_t atime_ns = 0;
  std::string mountpath;
  std::shared_ptr<const ObjectAttributes> attributes;  ///< null unless asked for
};

struct ListPage {
  std::vector<ListedObject> entries;  ///< bytewise by name
  bool more = false;                  ///< names may follow the last entry
};

/// What happens when the content of a new version is complete and checked, and before it becomes visible: gets what
/// is known of it and its bytes. Answers the version and custom metadata to store; its failure is the commit's.
using BeforePublish = std::function<Task<Result<ObjectAttributes>>(ObjectAttributes sealed, ByteSource& content)>;

class Uploads;
struct FinishedContent;
struct ChunkLayout;

/// Thread-safe. Calls named `_blocking` belong on the blocking pool.
class ObjectStore : public Objects {
 public:
  using Objects::open;
  /// Opens the mountpaths (creating what is missing), finishes what a crash interrupted. Fails naming the mountpath.
  static Result<std::unique_ptr<ObjectStore>> open(StoreConfig config, BlockingPool& pool, Clock& clock, Log& log);

  /// `open` of what is here; never brings it from a backend.
  virtual Task<Result<ObjectPtr>> open_present(BucketPtr bucket, std::string object) = 0;
  virtual Task<Result<std::unique_ptr<ObjectWriter>>> create_through(BucketPtr bucket, std::string object,
                                                                     WriteOptions options, BeforePublish before) = 0;
  /// A writer whose content is complete: only its commit is called. `before` may be empty.
  virtual Task<Result<std::unique_ptr<ObjectWriter>>> create_of(BucketPtr bucket, std::string object,
                                                                WriteOptions options, FinishedContent content,
                                                                BeforePublish before) = 0;
  /// Objects on their way in pieces.
  virtual Uploads& uploads() = 0;
  virtual Result<ListPage> list_blocking(const Bucket& bucket, const ListRequest& request) = 0;
  /// Removes everything of a bucket: at once invisible, space given back in the background.
  virtual Status drop_bucket_blocking(std::uint64_t bucket_id) = 0;
  /// Gives an object another name, over an object that has it. Content, checksum, version, times and custom metadata go
  /// with it. On one mountpath this is one atomic step; from one to another the new name is there before the old one
  /// goes: for a moment, and after a crash in it, both are. Never is neither. Fails with NotFound, Conflict when the
  /// object is overwritten all the time, Unsupported in buckets of backends.
  virtual Task<Status> rename(BucketPtr bucket, std::string from, std::string to) = 0;
  /// Replaces or merges custom metadata; content, version and checksum stay.
  virtual Status set_custom_blocking(const Bucket& bucket, const std::string& object,
                                     std::vector<std::pair<std::string, std::string>> custom, bool replace) = 0;
  /// Access time before the call (Unix ns), and notes this access. No system call when the object is cached.
  virtual std::int64_t touch(const OpenObject& object) = 0;
  /// Access time without noting one.
  [[nodiscard]] virtual std::int64_t atime(const OpenObject& object) const = 0;
  /// Of an object that arrived in parts; nullopt for all others. No system call for those.
  [[nodiscard]] virtual std::optional<ChunkLayout> chunks_of(const OpenObject& object) const = 0;
  /// Whether a backend is sending the object right now, for somebody who asked for it.
  [[nodiscard]] virtual bool arriving(const Bucket& bucket, std::string_view object) const = 0;
  /// The mountpath an open object lies on.
  [[nodiscard]] virtual const MountpathConfig& mountpath_of(const OpenObject& object) const = 0;
  [[nodiscard]] virtual const std::vector<MountpathConfig>& mountpaths() const = 0;

  Task<Result<std::unique_ptr<ObjectTurn>>> take_turn(BucketPtr bucket, std::string object) final {
    return turns_.take(bucket->id(), std::move(object));
  }

 private:
  ObjectTurns turns_;  ///< of the outermost store, where there are several around each other
};

}  // namespace bryo::kernel
