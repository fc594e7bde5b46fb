#pragma once

/// A new version of a shard while it is written, in bounded memory.

#include <bryo/archive_output.h>
#include <bryo/archive_pieces.h>
#include <bryo/host.h>
#include <bryo/member_copy.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bryo {

/// How a draft begins with a shard that exists: its first bytes as they are and what its writer carries over, or else
/// copies of its members.
struct ShardBase {
  ObjectPtr object{};
  std::uint64_t keep = 0;
  std::unique_ptr<ArchiveWriter> writer{};  ///< null with `copy`: a new one of the format
  std::optional<MemberCopy> copy{};         ///< in place of `keep`
  std::uint64_t memory = 0;                 ///< bytes that `ShardDraft::start` takes, beside the draft's own
};

/// Blocks. `label` names the shard. Fails with InvalidArgument for one that is damaged: what follows the damage would
/// be lost; or of which a member cannot be read, if it must be written anew.
inline Result<ShardBase> base_of(const Shard& shard, const std::string& label) {
  BRYO_CHECK(shard.index->damage());
  auto continued = shard.format->reader->continue_after(*shard.object, label, *shard.index);
  if (continued) {
    constexpr std::uint64_t kCarryOver = 16 << 20;
    const bool compresses = continued->writer->payload() == PayloadMode::Transformed;
    return ShardBase{.object = shard.object,
                     .keep = continued->keep,
                     .writer = std::move(continued->writer),
                     .memory = compresses ? kCarryOver : 0};
  }
  if (continued.error().code() != Errc::Unsupported) return continued.error();
  if (!shard.format->make_writer) {
    return Error(Errc::Unsupported, "archives of format " + shard.format->spec.name + " cannot be written here");
  }
  BRYO_CHECK(shard.index->why_unreadable([](std::string_view) { return true; }));
  std::vector<Member> members;
  shard.index->for_each([&](const Member& member) {
    members.push_back(member);
    return true;
  });
  ShardBase base{.object = shard.object, .memory = members.size() * sizeof(Member)};
  base.copy.emplace(shard, label, std::move(members));
  base.memory += base.copy->most();
  return base;
}

/// One coroutine. What is not committed leaves no trace. Formats that compress do it on several threads, if they can.
class ShardDraft {
 public:
  /// Bytes that one holds at most, beside what `start` takes.
  static std::uint64_t memory() { return 2 * kPiece + ArchivePieces::default_limit() * (512 << 10); }

  /// `executor` is that of the coroutine.
  ShardDraft(std::unique_ptr<ObjectWriter> object, std::unique_ptr<ArchiveWriter> archive, BlockingPool& blocking,
             Executor executor)
      : object_(std::move(object)),
        out_(std::move(archive)),
        blocking_(blocking),
        pieces_(out_.writer(), blocking, std::move(executor)) {}

  using Stopped = std::function<bool()>;
  /// What is there already, if the draft's writer is `base.writer` or a new one: before anything else. Ends early when
  /// `stopped` says so; the draft is of no use then.
  Task<Status> start(ShardBase& base, Stopped stopped = {});
  /// One member: `begin`, `content` in pieces that together are as long as said, `end`. Fails with InvalidArgument for
  /// a name that the format cannot hold.
  Task<Status> begin(std::string name, std::uint64_t size);
  Task<Status> content(BytesView bytes);
  Task<Status> end();
  /// Ends the archive. After it, `commit`.
  Task<Status> finish();
  Task<Result<ObjectAttributes>> commit() { return object_->commit(); }

 private:
  static constexpr std::uint64_t kPiece = 1 << 20;

  /// The first bytes, as they are.
  Task<Status> keep(const OpenObject& from, std::uint64_t bytes, const Stopped& stopped);
  /// Runs `step` on the pool until it answers false.
  Task<Status> repeat(std::function<Result<bool>()> step, const Stopped& stopped);
  /// A call of the writer, on the pool if it may compress, and what then has become ready.
  Task<Status> run(std::function<Status()> work);
  Task<Status> flush();

  ObjectPtr from_{};  ///< what the writer carries over, until it is gone
  std::unique_ptr<ObjectWriter> object_;
  ArchiveOutput out_;
  BlockingPool& blocking_;
  ArchivePieces pieces_;
};

inline Task<Status> ShardDraft::start(ShardBase& base, Stopped stopped) {
  from_ = base.object;
  if (base.keep != 0) BRYO_CO_CHECK(co_await keep(*base.object, base.keep, stopped));
  if (base.copy) {
    std::function<Result<bool>()> next = [this, &members = *base.copy]() -> Result<bool> {
      if (members.done()) return false;
      BRYO_CHECK(members.step(out_));
      return true;
    };
    co_return co_await repeat(std::move(next), stopped);
  }
  if (!base.object) co_return Status{};
  std::function<Result<bool>()> next = [this] { return out_.carry_over(); };
  co_return co_await repeat(std::move(next), stopped);
}

inline Task<Status> ShardDraft::keep(const OpenObject& from, std::uint64_t bytes, const Stopped& stopped) {
  const auto room = std::make_unique_for_overwrite<std::byte[]>(static_cast<std::size_t>(std::min(kPiece, bytes)));
  for (std::uint64_t at = 0; at < bytes && !(stopped && stopped());) {
    const MutableBytes piece(room.get(), static_cast<std::size_t>(std::min(kPiece, bytes - at)));
    BRYO_CO_CHECK(co_await from.read(at, piece));
    BRYO_CO_CHECK(co_await object_->write(piece));
    at += piece.size();
  }
  co_return Status{};
}

inline Task<Status> ShardDraft::repeat(std::function<Result<bool>()> step, const Stopped& stopped) {
  for (bool more = true; more && !(stopped && stopped());) {
    std::function<Status()> work = [&]() -> Status {
      BRYO_TRY(found, step());
      more = found;
      return {};
    };
    BRYO_CO_CHECK(co_await blocking_.run(std::move(work)));
    BRYO_CO_CHECK(co_await pieces_.collect(out_.bytes()));
    if (out_.bytes().size() >= kPiece) BRYO_CO_CHECK(co_await flush());
  }
  co_return Status{};
}

inline Task<Status> ShardDraft::begin(std::string name, std::uint64_t size) {
  std::function<Status()> work = [this, &name, size] { return out_.begin(name, size); };
  co_return co_await run(std::move(work));
}

inline Task<Status> ShardDraft::content(BytesView bytes) {
  std::function<Status()> work = [this, bytes] { return out_.content(bytes); };
  co_return co_await run(std::move(work));
}

inline Task<Status> ShardDraft::end() {
  std::function<Status()> work = [this] { return out_.end(); };
  co_return co_await run(std::move(work));
}

inline Task<Status> ShardDraft::finish() {
  // A directory may be large.
  std::function<Status()> work = [this] { return out_.finish(); };
  BRYO_CO_CHECK(co_await blocking_.run(std::move(work)));
  BRYO_CO_CHECK(co_await pieces_.finish(out_.bytes()));
  co_return co_await flush();
}

inline Task<Status> ShardDraft::run(std::function<Status()> work) {
  if (out_.compresses()) {
    BRYO_CO_CHECK(co_await blocking_.run(std::move(work)));
    BRYO_CO_CHECK(co_await pieces_.collect(out_.bytes()));
  } else {
    BRYO_CO_CHECK(work());
  }
  if (out_.bytes().size() >= kPiece) BRYO_CO_CHECK(co_await flush());
  co_return Status{};
}

inline Task<Status> ShardDraft::flush() {
  BRYO_CO_CHECK(co_await object_->write(out_.bytes().view()));
  out_.bytes().clear();
  co_return Status{};
}

}  // namespace bryo
