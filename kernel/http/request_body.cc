#include <kernel/http/request_body.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace bryo::kernel {

void RequestBody::begin(std::optional<std::uint64_t> length, std::uint64_t limit) {
  chunked_ = parser_.chunked();
  left_ = length.value_or(0);
  limit_ = limit;
  finished_ = !chunked_ && left_ == 0;
  withheld_ = parser_.expects_continue() && !finished_;
  failed_.reset();
}

Task<Result<std::size_t>> RequestBody::read(MutableBytes out) {
  if (failed_) co_return *failed_;
  if (finished_ || out.empty()) co_return std::size_t{0};
  if (withheld_) BRYO_CO_CHECK(co_await ask_for_it());
  Result<std::size_t> n = std::size_t{0};
  if (chunked_) {
    n = co_await read_chunked(out);
  } else {
    n = co_await read_counted(out);
  }
  if (!n) failed_ = n.error();
  co_return n;
}

/// A client that sent Expect waits for this (RFC 9110 10.1.1); one that sent its body at once does not need it.
Task<Status> RequestBody::ask_for_it() {
  withheld_ = false;
  if (!buffer_.empty()) co_return Status{};
  std::string_view text = "HTTP/1.1 100 Continue\r\n\r\n";
  std::array<iovec, 1> piece{iovec{const_cast<char*>(text.data()), text.size()}};
  co_return co_await stream_.send(piece, false);
}

Task<Result<std::size_t>> RequestBody::read_counted(MutableBytes out) {
  const auto room = out.first(std::min<std::uint64_t>(out.size(), left_));
  std::size_t n = 0;
  if (!buffer_.empty()) {
    n = std::min(room.size(), buffer_.size());
    std::memcpy(room.data(), buffer_.pending().data(), n);
    buffer_.consume(n);
  } else {
    BRYO_CO_TRY(received, co_await stream_.receive(room, limits_.body_stall));
    n = received;
  }
  if (n == 0) {
    co_return Error(Errc::InvalidArgument, "the request body ended " + std::to_string(left_) + " bytes early");
  }
  left_ -= n;
  finished_ = left_ == 0;
  co_return n;
}

Task<Result<std::size_t>> RequestBody::read_chunked(MutableBytes out) {
  for (;;) {
    BRYO_CO_TRY(step, parser_.chunk(buffer_.pending(), out));
    buffer_.consume(step.consumed);
    finished_ = step.complete;
    if (step.produced > limit_) co_return Error(Errc::TooLarge, "the request body is longer than this call accepts");
    limit_ -= step.produced;
    if (step.produced != 0 || finished_) co_return step.produced;
    if (buffer_.size() >= limits_.header_bytes) {
      co_return Error(Errc::InvalidArgument, "malformed request: chunk header or trailer longer than " +
                                                 std::to_string(limits_.header_bytes) + " bytes");
    }
    BRYO_CO_TRY(n, co_await stream_.receive(buffer_.room(), limits_.body_stall));
    if (n == 0) co_return Error(Errc::InvalidArgument, "the request body ended in the middle of its chunks");
    buffer_.received(n);
  }
}

Task<Status> RequestBody::read_all(std::string& out) {
  constexpr std::size_t kFirst = 64 << 10;
  out.clear();
  std::size_t used = 0;
  while (!finished_) {
    if (used == out.size()) {
      const std::size_t known = chunked_ ? used + kFirst : used + static_cast<std::size_t>(left_);
      out.resize(std::min(known, std::max(kFirst, used * 2)));
    }
    BRYO_CO_TRY(n, co_await read(std::as_writable_bytes(std::span(out)).subspan(used)));
    used += n;
  }
  out.resize(used);
  co_return Status{};
}

Task<bool> RequestBody::discard(std::uint64_t limit) {
  // One per thread: what is written here is never read.
  thread_local std::array<std::byte, 64 << 10> waste;
  limit_ = limit;
  while (!finished_ && limit != 0) {
    const auto n = co_await read(MutableBytes(waste).first(std::min<std::uint64_t>(waste.size(), limit)));
    if (!n) co_return false;
    limit -= *n;
  }
  co_return finished_;
}

bool RequestBody::cheap_to_finish() const noexcept {
  if (failed_) return false;
  if (finished_) return true;
  // Whoever was not told to continue may never send its body: where the next request starts is not known.
  return !withheld_ && (chunked_ || left_ <= limits_.drain_bytes);
}

}  // namespace bryo::kernel
