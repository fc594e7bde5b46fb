#include "entry_loop.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>

namespace bryo::moss {
namespace {

/// Entries that the disk is asked for while one is waited for.
constexpr std::size_t kLookAhead = 64;
/// Payload that goes past the buffer before the loop's other connections get their turn.
constexpr std::uint64_t kTurn = 1 << 20;

}  // namespace

Task<Result<EntryLoop::Ending>> EntryLoop::run() {
  for (;;) {
    std::optional<Next> next = advance();
    while (next) {
      switch (*next) {
        case Next::End:
          co_return Ending::Whole;
        case Next::Refused:
          co_return Ending::Refused;
        case Next::Flush:
          BRYO_CO_CHECK(co_await flush());
          next = refusal_ ? std::optional(Next::Refused) : std::nullopt;
          break;
        case Next::Open: {
          BRYO_CO_TRY(after, co_await open_and_place());
          next = after;
          break;
        }
        case Next::Append: {
          BRYO_CO_TRY(after, co_await append_pending());
          next = after;
          break;
        }
      }
    }
  }
}

EntryLoop::Next EntryLoop::advance() {
  for (const auto end = item_.request().entries.size(); at_ < end;) {
    if (writer_.flush_due()) return Next::Flush;
    auto outcome = source_.try_get(at_);
    if (!outcome) return Next::Open;
    if (const auto next = place(*std::move(outcome))) return *next;
  }
  return Next::End;
}

std::optional<EntryLoop::Next> EntryLoop::place(EntryOutcome outcome) {
  if (const auto* failure = outcome.failure()) return place_missing(*failure);
  if (outcome.encoded() != nullptr) {
    pending_ = std::move(outcome);
    return Next::Append;
  }
  name_.clear();
  item_.append_name(name_, at_, Presence::Present);
  const auto appended = writer_.try_append(name_, outcome);
  if (!appended) {
    pending_ = std::move(outcome);
    return Next::Append;
  }
  if (!*appended) return place_missing(appended->error());
  item_.count_delivered(item_.request().entries[at_], outcome.size());
  ++at_;
  return std::nullopt;
}

std::optional<EntryLoop::Next> EntryLoop::place_missing(const Error& why) {
  auto tolerated = item_.tolerate(at_, why);
  if (tolerated) {
    name_.clear();
    item_.append_name(name_, at_, Presence::Missing);
    const auto appended = writer_.try_append(name_, LoadedBytes());
    if (appended && !*appended) tolerated = appended->error();
  }
  if (!tolerated) {
    refusal_ = std::move(tolerated).error();
    return Next::Refused;
  }
  ++at_;
  return std::nullopt;
}

Task<Result<std::optional<EntryLoop::Next>>> EntryLoop::open_and_place() {
  BRYO_CO_CHECK(co_await send_what_is_ready());
  const auto began = std::chrono::steady_clock::now();
  auto outcome = co_await source_.get(at_);
  look_ahead();
  item_.service().metrics.entry_wait.observe(std::chrono::steady_clock::now() - began);
  co_return place(std::move(outcome));
}

Task<Result<std::optional<EntryLoop::Next>>> EntryLoop::append_pending() {
  auto outcome = std::move(*std::exchange(pending_, std::nullopt));
  if (const auto* encoded = outcome.encoded()) {
    if (may_copy(*encoded)) {
      name_.clear();
      item_.append_name(name_, at_, Presence::Present);
      BRYO_CO_TRY(copied, co_await writer_.append_packed(name_, *encoded));
      if (copied) co_return co_await delivered(encoded->size);
    }
    BRYO_CO_CHECK(co_await send_what_is_ready());
    auto decoded = co_await source_.decode(at_, *encoded);
    co_return place(std::move(decoded));
  }
  look_ahead();
  const auto size = outcome.size();
  name_.clear();
  item_.append_name(name_, at_, Presence::Present);
  BRYO_CO_TRY(appended, co_await writer_.append(name_, std::move(outcome)));
  if (appended == BatchWriter::Appended::Failed) {
    if (writer_.sent()) item_.note_sent();
    co_return place_missing(writer_.failure());
  }
  co_return co_await delivered(size);
}

bool EntryLoop::may_copy(const EncodedSlice& slice) const {
  return slice.offset == 0 && slice.size == slice.member.size &&
         slice.shard.format->spec.name == item_.format().spec.name;
}

Task<Result<std::optional<EntryLoop::Next>>> EntryLoop::delivered(std::uint64_t size) {
  if (writer_.sent()) item_.note_sent();
  item_.count_delivered(item_.request().entries[at_], size);
  ++at_;
  if ((past_buffer_ += size) >= kTurn) co_await take_turn();
  co_return refusal_ ? std::optional(Next::Refused) : std::nullopt;
}

Task<Status> EntryLoop::flush() {
  BRYO_CO_CHECK(co_await writer_.flush());
  if (writer_.sent()) item_.note_sent();
  co_await take_turn();
  co_return Status{};
}

Task<> EntryLoop::take_turn() {
  past_buffer_ = 0;
  if (auto running = item_.check_running(); !running) refusal_ = std::move(running).error();
  // A client that takes everything at once shall not keep the other connections of this loop waiting.
  co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::use_awaitable);
}

Task<Status> EntryLoop::send_what_is_ready() {
  if (writer_.sent()) co_return Status{};
  BRYO_CO_CHECK(co_await writer_.send());
  item_.note_sent();
  co_await take_turn();
  co_return Status{};
}

void EntryLoop::look_ahead() {
  const auto end = std::min(item_.request().entries.size(), at_ + 1 + kLookAhead);
  for (hinted_ = std::max(hinted_, at_ + 1); hinted_ < end; ++hinted_) source_.will_need(hinted_);
}

}  // namespace bryo::moss
