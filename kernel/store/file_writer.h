#pragma once

/// A new version of an object on its way to the disk.

#include <kernel/store/checksum.h>
#include <kernel/store/file_store.h>
#include <kernel/store/finished_content.h>
#include <kernel/store/gathered_writes.h>

#include <memory>
#include <string>
#include <vector>

namespace bryo::kernel {

/// The blocking half: an unnamed file that gets its name at commit. One thread at a time. The file goes away with it.
class Draft {
 public:
  /// With `content`, nothing is appended. Fails with InvalidArgument for a checksum type there is not.
  static Result<std::shared_ptr<Draft>> start(FileStore& store, BucketPtr bucket, std::string object,
                                              WriteOptions options, std::optional<FinishedContent> content);

  Status append(BytesView bytes);
  /// No more content comes: computes and verifies its checksums.
  Status seal();
  /// After `seal`.
  Result<ObjectAttributes> publish();

  /// After `seal`: what is known before it is published.
  [[nodiscard]] const ObjectAttributes& attributes() const noexcept { return attributes_; }
  /// After `seal`: at most `out` bytes from `offset`, 0 = end.
  Result<std::size_t> read(std::uint64_t offset, MutableBytes out) const;
  /// Before `publish`: the version and custom metadata that somebody else has given it.
  void take(ObjectAttributes given);

 private:
  Draft(FileStore& store, BucketPtr bucket, std::string object, WriteOptions options, ChecksumType own,
        ChecksumType expected);

  Result<ObjectAttributes> publish_in_tree();
  Status open_file();
  Status adopt_content();
  Status hash_content();
  Status check_content();
  Status check_given(const std::string& computed) const;
  /// Fails with Conflict when the writer wants to replace another version than the one that is there.
  Status check_replaced(const BucketTree& tree) const;
  /// Version and custom metadata, which depend on the object that is replaced.
  Status succeed(const BucketTree& tree, const FileName& file);
  Result<ObjectAttributes> read_previous(const BucketTree& tree, const FileName& file) const;
  Status describe();
  [[nodiscard]] Error failure(int error, std::string_view what) const;

  FileStore& store_;
  const BucketPtr bucket_;
  const std::string object_;
  WriteOptions options_;
  const Mountpath& mountpath_;
  const ChecksumType given_;  ///< of the checksum that the client promises
  Checksum own_;              ///< what the bucket keeps
  Checksum expected_;         ///< `given_`, computed apart if it is another type
  Descriptor file_;
  std::optional<FinishedContent> finished_;
  ObjectAttributes attributes_;
};

/// A small object costs one visit to the pool, a large one a visit per mebibyte.
class FileWriter final : public ObjectWriter {
 public:
  FileWriter(std::shared_ptr<Draft> draft, BlockingPool& pool, std::uint64_t size_hint, BeforePublish before)
      : draft_(std::move(draft)),
        pool_(pool),
        before_publish_(std::move(before)),
        writes_([draft = draft_](BytesView bytes) { return draft->append(bytes); }, pool, size_hint) {}

  Task<Status> write(BytesView bytes) override { return writes_.write(bytes); }
  Task<Result<ObjectAttributes>> commit() override;

 private:
  Task<Status> run_before_publish();

  const std::shared_ptr<Draft> draft_;
  BlockingPool& pool_;
  const BeforePublish before_publish_;
  GatheredWrites writes_;
};

}  // namespace bryo::kernel
