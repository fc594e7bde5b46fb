#include <kernel/http/object_sender.h>
#include <kernel/http/residency.h>
#include <kernel/store/file_object.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <string>
#include <utility>
#include <vector>

namespace bryo::kernel {

namespace {

/// The unit of fairness, and of reading ahead: after each the loop's other connections get their turn.
constexpr std::uint64_t kPiece = 1 << 20;

/// Copies go through one buffer per loop. Nobody may keep anything in it across a suspension.
MutableBytes arena(std::size_t size) {
  thread_local std::vector<std::byte> memory;
  if (memory.size() < size) memory.resize(size);
  return std::span(memory).first(size);
}

iovec piece_of(std::string_view text) { return {const_cast<char*>(text.data()), text.size()}; }

std::vector<iovec> joined(Iovecs before, MutableBytes content, std::string_view after) {
  std::vector<iovec> pieces(before.begin(), before.end());
  pieces.push_back({content.data(), content.size()});
  pieces.push_back(piece_of(after));
  return pieces;
}

}  // namespace

Task<Status> ObjectSender::send(Iovecs before, ObjectPtr object, std::uint64_t offset, std::uint64_t length,
                                std::string_view after) {
  if (length <= copy_bytes_) return send_copied(before, std::move(object), offset, length, after);
  return send_by_file(before, std::move(object), offset, length, after);
}

Task<Status> ObjectSender::send_copied(Iovecs before, ObjectPtr object, std::uint64_t offset, std::uint64_t length,
                                       std::string_view after) {
  const auto copy = arena(length);
  if (const auto read = object->try_read(offset, copy)) {
    BRYO_CO_CHECK(*read);
    auto pieces = joined(before, copy, after);
    Iovecs left(pieces);
    if (auto done = stream_.try_send(left, false)) co_return *std::move(done);
    // The socket is full: the rest leaves the arena, which others need while this connection waits.
    std::string rest;
    for (const auto& piece : left) rest.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
    iovec one{rest.data(), rest.size()};
    co_return co_await stream_.send(Iovecs(&one, 1), false);
  }
  std::vector<std::byte> cold(length);
  BRYO_CO_CHECK(co_await object->read(offset, cold));
  auto pieces = joined(before, cold, after);
  co_return co_await stream_.send(pieces, false);
}

Task<Status> ObjectSender::send_by_file(Iovecs before, ObjectPtr object, std::uint64_t offset, std::uint64_t length,
                                        std::string_view after) {
  const int file = FileObject::of(*object).descriptor();
  while (length != 0) {
    const auto piece = std::min(length, kPiece);
    if (!in_memory(file, offset, piece)) BRYO_CO_CHECK(co_await bring_in(object, offset, piece));
    if (!before.empty()) {
      BRYO_CO_CHECK(co_await stream_.send(before, true));
      before = {};
    }
    BRYO_CO_CHECK(co_await stream_.send_file(file, offset, piece));
    offset += piece;
    length -= piece;
    if (length != 0) co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::use_awaitable);
  }
  // A chunk's end must not wait for the next chunk, because clients wait for it; but it need not be a packet of its
  // own.
  if (after.empty()) co_return Status{};
  iovec end = piece_of(after);
  co_return co_await stream_.send(Iovecs(&end, 1), true);
}

/// Reads the range on the pool, so that sendfile finds it in memory, and lets the disk go on with what comes next.
Task<Status> ObjectSender::bring_in(ObjectPtr object, std::uint64_t offset, std::uint64_t length) {
  const auto next = offset + length;
  if (next < object->size()) object->will_need(next, std::min(kPiece, object->size() - next));
  // A name of its own: g++ 12 destroys a closure twice that is a temporary of a co_await expression.
  std::function<Status()> work = [object, offset, length]() -> Status {
    thread_local std::vector<std::byte> scratch(128 << 10);
    for (std::uint64_t at = 0; at < length;) {
      const auto n = std::min<std::uint64_t>(scratch.size(), length - at);
      BRYO_CHECK(object->read_blocking(offset + at, std::span(scratch).first(n)));
      at += n;
    }
    return {};
  };
  co_return co_await pool_.run(std::move(work));
}

}  // namespace bryo::kernel
