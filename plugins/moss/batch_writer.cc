#include "batch_writer.h"

#include <algorithm>
#include <array>
#include <boost/asio/this_coro.hpp>
#include <utility>

namespace bryo::moss {
namespace {

/// Payloads that the format must see pass through memory in pieces of this size.
constexpr std::uint64_t kPiece = 256 << 10;
/// What a member takes beside its payload, about.
constexpr std::uint64_t kHeader = 512;

/// nullopt: the disk is needed.
std::optional<Status> try_load(const EntryOutcome& outcome, MutableBytes into) {
  const auto& slice = *outcome.slice();
  return into.empty() ? Status() : slice.object->try_read(slice.offset, into);
}

}  // namespace

BatchWriter::BatchWriter(std::unique_ptr<ArchiveWriter> archive, ArchiveBuffer& out, BodySink& sink, BlockingPool& pool,
                         WriteSizes sizes)
    : archive_(std::move(archive)), out_(out), sink_(sink), pool_(pool), sizes_(sizes) {}

std::optional<Status> BatchWriter::try_append(std::string_view name, const EntryOutcome& outcome) {
  return verbatim() ? try_append_verbatim(name, outcome) : try_append_seen(name, outcome);
}

std::optional<Status> BatchWriter::try_append_verbatim(std::string_view name, const EntryOutcome& outcome) {
  const auto size = outcome.size();
  if (size >= sizes_.send_from) return std::nullopt;
  const auto mark = out_.size();
  if (auto begun = archive_->begin(name, size, out_); !begun) {
    out_.truncate(mark);
    return begun;
  }
  if (const auto* loaded = outcome.loaded()) {
    out_.append(loaded->view());
  } else if (auto read = try_load(outcome, out_.grow(size)); !read || !*read) {
    drop(mark);
    return read;
  }
  return archive_->end(out_);
}

std::optional<Status> BatchWriter::try_append_seen(std::string_view name, const EntryOutcome& outcome) {
  const auto size = outcome.size();
  if (size > kPiece) return std::nullopt;
  BytesView payload;
  if (const auto* loaded = outcome.loaded()) {
    payload = loaded->view();
  } else {
    scratch_.clear();
    const auto room = scratch_.grow(size);
    if (auto read = try_load(outcome, room); !read || !*read) return read;
    payload = room;
  }
  if (auto begun = begin_seen(name, size); !begun) return begun;
  if (auto passed = pass_through(payload); !passed) return passed;
  return archive_->end(out_);
}

Task<Result<BatchWriter::Appended>> BatchWriter::append(std::string name, EntryOutcome outcome) {
  if (verbatim()) return append_verbatim(std::move(name), std::move(outcome));
  return append_seen(std::move(name), std::move(outcome));
}

Task<Result<BatchWriter::Appended>> BatchWriter::append_verbatim(std::string name, EntryOutcome outcome) {
  const auto size = outcome.size();
  const auto mark = out_.size();
  if (auto begun = archive_->begin(name, size, out_); !begun) {
    out_.truncate(mark);
    co_return failed(std::move(begun).error());
  }
  const auto* slice = outcome.slice();
  if (slice != nullptr && size >= sizes_.send_from) {
    sent_ = true;
    BRYO_CO_CHECK(co_await sink_.send_object(out_.view(), slice->object, slice->offset, size));
    out_.clear();
  } else if (slice != nullptr) {
    auto read = co_await slice->object->read(slice->offset, out_.grow(size));
    if (!read) {
      drop(mark);
      co_return failed(std::move(read).error());
    }
  } else {
    const std::array<BytesView, 2> pieces = {out_.view(), outcome.loaded()->view()};
    sent_ = true;
    BRYO_CO_CHECK(co_await sink_.write(pieces));
    out_.clear();
  }
  BRYO_CO_CHECK(archive_->end(out_));
  co_return Appended::Whole;
}

Task<Result<BatchWriter::Appended>> BatchWriter::append_seen(std::string name, EntryOutcome outcome) {
  const auto size = outcome.size();
  bool begun = false;
  std::uint64_t at = 0;
  do {
    const auto length = std::min(kPiece, size - at);
    BytesView piece;
    if (const auto* loaded = outcome.loaded()) {
      piece = loaded->view().subspan(at, length);
    } else {
      scratch_.clear();
      const auto room = scratch_.grow(length);
      const auto& slice = *outcome.slice();
      auto read = co_await slice.object->read(slice.offset + at, room);
      // Such a format cannot take a member back: its own bytes may already hold a part of it.
      if (!read && begun) co_return std::move(read).error();
      if (!read) co_return failed(std::move(read).error());
      piece = room;
    }
    if (!std::exchange(begun, true)) BRYO_CO_CHECK(begin_seen(name, size));
    BRYO_CO_CHECK(pass_through(piece));
    if (flush_due()) BRYO_CO_CHECK(co_await flush());
    at += length;
  } while (at < size);
  BRYO_CO_CHECK(archive_->end(out_));
  co_return Appended::Whole;
}

Task<Result<bool>> BatchWriter::append_packed(std::string name, EncodedSlice slice) {
  const auto at = co_await packed_offset(slice);
  if (!at) co_return false;
  const OpenObject& object = *slice.shard.object;
  const std::string_view format = slice.shard.format->spec.name;
  const std::uint64_t size = slice.member.packed;
  if (size >= sizes_.send_from) {
    const auto begun = archive_->begin_packed(name, format, slice.member, out_);
    if (!begun || !*begun) co_return false;
    sent_ = true;
    BRYO_CO_CHECK(co_await sink_.send_object(out_.view(), slice.shard.object, *at, size));
    out_.clear();
  } else {
    scratch_.clear();
    const MutableBytes room = scratch_.grow(size);
    std::optional<Status> read = room.empty() ? Status() : object.try_read(*at, room);
    if (!read) read = co_await object.read(*at, room);
    if (!*read) co_return false;
    const auto begun = archive_->begin_packed(name, format, slice.member, out_);
    if (!begun || !*begun) co_return false;
    out_.append(room);
  }
  BRYO_CO_CHECK(archive_->end(out_));
  co_return true;
}

Task<Result<std::uint64_t>> BatchWriter::packed_offset(const EncodedSlice& slice) {
  const OpenObject& object = *slice.shard.object;
  std::array<std::byte, 512> header;
  const auto near =
      std::min<std::uint64_t>(header.size(), object.size() - std::min(slice.member.offset, object.size()));
  const auto warm = object.try_read(slice.member.offset, MutableBytes(header).first(static_cast<std::size_t>(near)));
  Result<std::uint64_t> at = Error(Errc::Internal, "not asked yet");
  const auto ask = [&at, &slice, &object]() -> Status {
    at = slice.shard.format->reader->packed_offset(object, {}, slice.member);
    return {};
  };
  if (warm && *warm) {
    BRYO_CO_CHECK(ask());  // what memory holds does not block
  } else {
    std::function<Status()> work = ask;
    BRYO_CO_CHECK(co_await pool_.run(std::move(work)));
  }
  co_return at;
}

BatchWriter::Appended BatchWriter::failed(Error why) {
  failure_ = std::move(why);
  return Appended::Failed;
}

Status BatchWriter::begin_seen(std::string_view name, std::uint64_t size) {
  if (archive_->payload() == PayloadMode::Transformed) uncompressed_ += kHeader;
  return archive_->begin(name, size, out_);
}

Status BatchWriter::pass_through(BytesView piece) {
  if (piece.empty()) return {};
  BRYO_CHECK(archive_->content(piece, out_));
  if (archive_->payload() == PayloadMode::Observed) out_.append(piece);
  if (archive_->payload() == PayloadMode::Transformed) uncompressed_ += piece.size();
  return {};
}

void BatchWriter::drop(std::size_t mark) {
  out_.truncate(mark);
  archive_->take_back();
}

Task<Status> BatchWriter::flush() {
  if (std::exchange(uncompressed_, 0) != 0) {
    ArchivePieces& compressing = *co_await pieces();
    BRYO_CO_CHECK(co_await compressing.collect(out_));
  }
  if (!enough_to_send()) co_return Status{};
  co_return co_await send();
}

Task<Status> BatchWriter::send() {
  const std::array<BytesView, 1> bytes = {out_.view()};
  sent_ = true;
  BRYO_CO_CHECK(co_await sink_.write(std::span(bytes).first(out_.empty() ? 0 : 1)));
  out_.clear();
  co_return Status{};
}

Task<Status> BatchWriter::finish(std::string_view tail) {
  BRYO_CO_CHECK(archive_->finish(out_));
  ArchivePieces& compressing = *co_await pieces();
  BRYO_CO_CHECK(compressing.advance(out_));
  while (compressing.busy()) {
    BRYO_CO_CHECK(co_await compressing.collect_next(out_));
    if (compressing.busy() && enough_to_send()) BRYO_CO_CHECK(co_await send());
  }
  out_.append(tail);
  const std::array<BytesView, 1> bytes = {out_.view()};
  sent_ = true;
  BRYO_CO_CHECK(co_await sink_.write_last(bytes));
  out_.clear();
  co_return Status{};
}

Task<ArchivePieces*> BatchWriter::pieces() {
  const Executor executor = co_await boost::asio::this_coro::executor;
  if (!pieces_) pieces_.emplace(*archive_, pool_, executor);
  co_return &*pieces_;
}

}  // namespace bryo::moss
