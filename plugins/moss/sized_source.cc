#include "sized_source.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <string>
#include <utility>

namespace bryo::moss {
namespace {

/// Objects that one batch keeps open at most.
constexpr std::size_t kKeptOpen = 256;
/// Look-ups after which other connections of the loop get their turn.
constexpr std::size_t kTurn = 4096;

}  // namespace

SizedSource::SizedSource(WorkItem& item)
    : item_(item),
      source_(item.source()),
      allowed_open_(
          item.service().kept_open.take(static_cast<std::int64_t>(std::min(kKeptOpen, item.request().entries.size())),
                                        *item.service().options.kept_open)) {}

SizedSource::~SizedSource() { item_.service().kept_open.give_back(allowed_open_); }

Task<Status> SizedSource::find_sizes() {
  const auto count = item_.request().entries.size();
  sizes_.reserve(count);
  kept_.reserve(static_cast<std::size_t>(allowed_open_));
  for (std::size_t i = 0; i < count; ++i) {
    auto outcome = source_.try_get(i);
    if (!outcome) outcome = co_await source_.get(i);
    if (const auto* failure = outcome->failure()) BRYO_CO_CHECK(item_.tolerate(i, *failure));
    sizes_.push_back(outcome->size());
    if (i < static_cast<std::size_t>(allowed_open_)) {
      kept_.push_back(outcome->slice() != nullptr ? *outcome->slice() : ObjectSlice());
    }
    if ((i + 1) % kTurn == 0) {
      BRYO_CO_CHECK(item_.check_running());
      co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::use_awaitable);
    }
  }
  co_return Status{};
}

std::optional<EntryOutcome> SizedSource::try_get(std::size_t entry) {
  if (auto outcome = known(entry)) return outcome;
  auto outcome = source_.try_get(entry);
  if (!outcome) return std::nullopt;
  return same_size(entry, *std::move(outcome));
}

Task<EntryOutcome> SizedSource::get(std::size_t entry) {
  if (auto outcome = known(entry)) co_return *std::move(outcome);
  auto outcome = co_await source_.get(entry);
  co_return same_size(entry, std::move(outcome));
}

Task<EntryOutcome> SizedSource::decode(std::size_t entry, EncodedSlice slice) {
  return source_.decode(entry, std::move(slice));
}

std::optional<EntryOutcome> SizedSource::known(std::size_t entry) const {
  if (const auto* why = item_.missing(entry)) return EntryOutcome(Error(Errc::NotFound, *why));
  if (entry < kept_.size() && kept_[entry].object) return EntryOutcome(kept_[entry]);
  return std::nullopt;
}

EntryOutcome SizedSource::same_size(std::size_t entry, EntryOutcome outcome) const {
  if (outcome.failure() != nullptr || outcome.size() == sizes_[entry]) return outcome;
  const auto& object = item_.request().entries[entry].object;
  return Error(Errc::Conflict, "object \"" + std::string(object) +
                                   "\" was overwritten while its batch was sent: it had " +
                                   std::to_string(sizes_[entry]) + " bytes, now " + std::to_string(outcome.size()));
}

}  // namespace bryo::moss
