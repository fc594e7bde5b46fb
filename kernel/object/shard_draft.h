#pragma once

/// A new version of a shard while it is written, in bounded memory.

#include <bryo/archive_pieces.h>
#include <bryo/host.h>
#include <kernel/object/archive_output.h>
#include <kernel/object/member_copy.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace bryo::kernel {

/// One coroutine. What is not committed leaves no trace. Formats that compress do it on several threads, if they can.
class ShardDraft {
 public:
  /// `executor` is that of the coroutine.
  ShardDraft(std::unique_ptr<ObjectWriter> object, std::unique_ptr<ArchiveWriter> archive, BlockingPool& blocking,
             Executor executor)
      : object_(std::move(object)),
        out_(std::move(archive)),
        blocking_(blocking),
        pieces_(out_.writer(), blocking, std::move(executor)) {}

  /// The first bytes of another version, as they are: before anything else.
  Task<Status> keep(ObjectPtr from, std::uint64_t bytes);
  Task<Status> copy(MemberCopy& members);
  /// One member: `begin`, `content` in pieces that together are as long as said, `end`. Fails with InvalidArgument for
  /// a name that the format cannot hold.
  Task<Status> begin(std::string_view name, std::uint64_t size);
  Task<Status> content(BytesView bytes);
  Task<Status> end();
  /// Ends the archive. After it, `commit`.
  Task<Status> finish();
  Task<Result<ObjectAttributes>> commit() { return object_->commit(); }

 private:
  /// A call of the writer, on the pool if it may compress, and what then has become ready.
  Task<Status> run(std::function<Status()> work);
  Task<Status> flush();

  std::unique_ptr<ObjectWriter> object_;
  ArchiveOutput out_;
  BlockingPool& blocking_;
  ArchivePieces pieces_;
};

}  // namespace bryo::kernel
