#include <kernel/object/shard_draft.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace bryo::kernel {
namespace {

constexpr std::uint64_t kPiece = 1 << 20;

}  // namespace

Task<Status> ShardDraft::keep(ObjectPtr from, std::uint64_t bytes) {
  const auto room = std::make_unique_for_overwrite<std::byte[]>(static_cast<std::size_t>(std::min(kPiece, bytes)));
  for (std::uint64_t at = 0; at < bytes;) {
    const MutableBytes piece(room.get(), static_cast<std::size_t>(std::min(kPiece, bytes - at)));
    BRYO_CO_CHECK(co_await from->read(at, piece));
    BRYO_CO_CHECK(co_await object_->write(piece));
    at += piece.size();
  }
  co_return Status{};
}

Task<Status> ShardDraft::copy(MemberCopy& members) {
  while (!members.done()) {
    // Decodes, whatever the writer does.
    std::function<Status()> step = [this, &members] { return members.step(out_); };
    BRYO_CO_CHECK(co_await blocking_.run(std::move(step)));
    BRYO_CO_CHECK(co_await pieces_.collect(out_.bytes()));
    BRYO_CO_CHECK(co_await flush());
  }
  co_return Status{};
}

Task<Status> ShardDraft::begin(std::string_view name, std::uint64_t size) {
  std::function<Status()> work = [this, name, size] { return out_.begin(name, size); };
  co_return co_await run(std::move(work));
}

Task<Status> ShardDraft::content(BytesView bytes) {
  std::function<Status()> work = [this, bytes] { return out_.content(bytes); };
  co_return co_await run(std::move(work));
}

Task<Status> ShardDraft::end() {
  std::function<Status()> work = [this] { return out_.end(); };
  co_return co_await run(std::move(work));
}

Task<Status> ShardDraft::finish() {
  // A directory may be large.
  std::function<Status()> work = [this] { return out_.finish(); };
  BRYO_CO_CHECK(co_await blocking_.run(std::move(work)));
  BRYO_CO_CHECK(co_await pieces_.finish(out_.bytes()));
  co_return co_await flush();
}

Task<Status> ShardDraft::run(std::function<Status()> work) {
  if (out_.compresses()) {
    BRYO_CO_CHECK(co_await blocking_.run(std::move(work)));
    BRYO_CO_CHECK(co_await pieces_.collect(out_.bytes()));
  } else {
    BRYO_CO_CHECK(work());
  }
  if (out_.bytes().size() >= kPiece) BRYO_CO_CHECK(co_await flush());
  co_return Status{};
}

Task<Status> ShardDraft::flush() {
  BRYO_CO_CHECK(co_await object_->write(out_.bytes().view()));
  out_.bytes().clear();
  co_return Status{};
}

}  // namespace bryo::kernel
