#pragma once

/// The uploads under way: appends and multipart uploads, which become objects when their client says so.
///
/// On disk (each on the mountpath of its object): `uploads/<id>/` with the attribute `user.bryo.upload`
/// (upload_record.h), and in it the pieces `1`, `2`, ...: of an append one file that grows, of a multipart upload one
/// for each part. A piece counts as far as its own attribute says; what a crash left behind that is cut off or ignored.

#include <bryo/host.h>
#include <kernel/store/finished_content.h>
#include <kernel/store/object_turns.h>
#include <kernel/store/upload.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel {

class FileStore;

struct UploadOptions {
  std::size_t limit = 10'000;                             ///< uploads under way; more are refused
  std::chrono::nanoseconds age = std::chrono::hours(24);  ///< without a request: abandoned
};

/// Thread-safe. Calls named `_blocking` belong on the blocking pool, which the others use.
class Uploads {
 public:
  /// All outlive it. `emptied` is called when something was moved to the trash.
  Uploads(FileStore& store, const std::vector<std::unique_ptr<Mountpath>>& mountpaths, UploadOptions options,
          BlockingPool& pool, Clock& clock, Log& log, std::function<void()> emptied);

  /// Finds what the mountpaths hold. Before any other call.
  Status load();

  /// `id` is new on this node: else fails with Conflict. Fails with TooManyRequests when there are too many. An append
  /// begins with the content of `from`, unless that is null.
  Task<Result<UploadPtr>> begin(UploadKind kind, BucketPtr bucket, std::string object, std::string id, ObjectPtr from);
  /// Null when there is none of this id for that object.
  [[nodiscard]] UploadPtr find(std::string_view id, UploadKind kind, const Bucket& bucket, std::string_view object);
  /// For changes that must follow each other.
  Task<Result<std::unique_ptr<ObjectTurn>>> take_turn(UploadPtr upload);

  /// Writes a piece; of an append what follows on the piece so far. Nothing of it counts before the commit, which
  /// answers the size of the piece. Uses the options' expected checksum and size hint.
  Task<Result<std::unique_ptr<ObjectWriter>>> write(UploadPtr upload, BucketPtr bucket, std::uint32_t number,
                                                    WriteOptions options);
  /// What an append has gathered.
  Task<Result<FinishedContent>> gathered(UploadPtr upload);
  /// The pieces 1 to `count` in one file. The checksum is the bucket's when they came in order, else CRC-32C, which
  /// follows from those of the pieces: nothing is read.
  Task<Result<FinishedContent>> assembled(UploadPtr upload);
  /// It was published, or given up.
  Task<Status> remove(UploadPtr upload);

  void drop_bucket_blocking(std::uint64_t bucket_id);
  /// Gives up what had no request for too long.
  void sweep_blocking();

 private:
  Result<UploadPtr> begin_blocking(UploadKind kind, const Bucket& bucket, const std::string& object,
                                   const std::string& id, const ObjectPtr& from);
  Status copy_content(Upload& upload, const OpenObject& from) const;
  Status load_upload(const Mountpath& mountpath, const std::string& name);
  Status make_directory(const Mountpath& mountpath, const UploadRecord& record, const std::string& id, bool sync) const;
  Result<FinishedContent> gathered_blocking(Upload& upload) const;
  Result<FinishedContent> assembled_blocking(Upload& upload) const;
  Status remove_blocking(const Upload& upload);
  Status discard(const Mountpath& mountpath, const std::string& name);
  template <class Predicate>
  void remove_if_blocking(Predicate unwanted);

  FileStore& store_;
  const std::vector<std::unique_ptr<Mountpath>>& mountpaths_;
  const UploadOptions options_;
  BlockingPool& pool_;
  Clock& clock_;
  Log& log_;
  const std::function<void()> emptied_;
  ObjectTurns turns_;
  std::mutex mutex_;
  std::map<std::string, UploadPtr, std::less<>> uploads_;
};

}  // namespace bryo::kernel
