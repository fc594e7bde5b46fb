#pragma once

/// Work on many objects of a bucket, several at once.

#include <bryo/object_selection.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace bryo {

/// How many objects are worked on at once (jobs.md section 4.2): `asked` by the message, else `configured`. Negative:
/// one after the other; 0: as many as suit this machine; more: that many, within what suits it.
inline std::size_t pass_workers(std::int64_t asked, std::int64_t configured) {
  const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
  const std::int64_t wanted = asked != 0 ? asked : configured;
  if (wanted < 0) return 1;
  if (wanted == 0) return std::min<std::size_t>(cores + 2, 8);
  return std::min<std::size_t>(static_cast<std::size_t>(wanted), std::max<std::size_t>(cores + 4, 16));
}

/// One pass of a job over a selection. It ends with the last object: nothing is waited for but the objects themselves.
/// Of one coroutine, on whose executor the operations run too.
class ObjectPass {
 public:
  /// What is done with one object. An error ends the pass, or with `continue_on_error` is listed in the job's `err`;
  /// a full disk always ends it.
  using Operation = std::function<Task<Status>(std::string name)>;
  struct Terms {
    std::size_t workers = 1;         ///< operations at once
    bool continue_on_error = false;  ///< `coer`
  };

  /// The next names, at most `limit` of them; none after the last.
  using Names = std::function<Task<Result<std::vector<std::string>>>(std::size_t limit)>;

  ObjectPass(Names names, Terms terms) : names_(std::move(names)), terms_(terms) {}
  /// `objects` outlives the pass.
  ObjectPass(Objects& objects, BucketPtr bucket, ObjectSelection selection, Terms terms)
      : ObjectPass(
            [&objects, bucket = std::move(bucket), selected = std::make_shared<ObjectSelection>(std::move(selection))](
                std::size_t limit) { return selected->next(objects, bucket, limit); },
            terms) {}

  /// Goes through all names; stops when the job is aborted, which is no error. Fails with the first error of an
  /// operation that was not passed over, with what the listing fails with, and with Cancelled when the caller is. When
  /// this returns, no operation runs any more.
  Task<Status> run(XactionContext& job, Operation operation);

 private:
  /// Of the coroutines; all on one executor.
  struct Shared {
    Shared(const Executor& executor, XactionContext& j, Operation o) : wake(executor), job(j), operation(std::move(o)) {
      wake.expires_at(boost::asio::steady_timer::time_point::max());
    }
    /// Never expires; cancelled whenever somebody may go on.
    boost::asio::steady_timer wake;
    XactionContext& job;
    const Operation operation;
    std::deque<std::string> names;
    bool listed = false;  ///< no names follow
    bool stopped = false;
    std::size_t working = 0;  ///< workers that have not ended
    std::deque<boost::asio::cancellation_signal> signals;
    std::optional<Error> failure;

    void fail(Error why) {
      if (!failure) failure = std::move(why);
      stopped = true;
    }
    [[nodiscard]] bool over() const { return stopped || job.aborted(); }
  };
  static constexpr std::size_t kPage = 1'000;

  static Task<void> wait(Shared& shared) {
    boost::system::error_code ec;
    co_await shared.wake.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ec));
  }
  static Task<void> work(std::shared_ptr<Shared> shared, bool continue_on_error);
  Task<void> list(Shared& shared);

  const Names names_;
  const Terms terms_;
};

inline Task<Status> ObjectPass::run(XactionContext& job, Operation operation) {
  const auto executor = co_await boost::asio::this_coro::executor;
  const auto shared = std::make_shared<Shared>(executor, job, std::move(operation));
  job.stats().workers = static_cast<std::int64_t>(terms_.workers);
  for (std::size_t i = 0; i < terms_.workers; ++i) {
    ++shared->working;
    auto& signal = shared->signals.emplace_back();
    auto ended = [shared](std::exception_ptr thrown) {
      --shared->working;
      if (thrown && !shared->stopped) shared->fail(Error(Errc::Internal, "the work on an object threw an exception"));
      shared->wake.cancel();
    };
    boost::asio::co_spawn(executor, work(shared, terms_.continue_on_error),
                          boost::asio::bind_cancellation_slot(signal.slot(), std::move(ended)));
  }
  bool thrown = false;
  try {
    co_await list(*shared);
  } catch (...) {  // a wait throws whose coroutine was cancelled
    thrown = true;
  }
  shared->listed = true;
  shared->wake.cancel();
  // The operations refer to what the caller has: they are awaited whatever happens.
  for (bool ended = false; shared->working > 0;) {
    const auto state = co_await boost::asio::this_coro::cancellation_state;
    const bool cancelled = state.cancelled() != boost::asio::cancellation_type::none;
    if (cancelled) shared->fail(Error(Errc::Cancelled, "the work on objects was cancelled"));
    if (thrown) shared->fail(Error(Errc::Internal, "the listing of objects threw an exception"));
    if (cancelled && !ended) {
      ended = true;
      for (auto& signal : shared->signals) signal.emit(boost::asio::cancellation_type::terminal);
      co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
    }
    if (shared->working > 0) co_await wait(*shared);
  }
  if (!shared->failure) co_return Status{};
  // An operation that was given up because of it.
  if (job.aborted() && shared->failure->code() == Errc::Cancelled) co_return Status{};
  co_return *shared->failure;
}

inline Task<void> ObjectPass::list(Shared& shared) {
  while (!shared.over()) {
    auto page = co_await names_(kPage);
    if (!page) {
      shared.fail(page.error());
      co_return;
    }
    if (page->empty()) co_return;
    for (std::string& name : *page) shared.names.push_back(std::move(name));
    shared.wake.cancel();
    // The next page is read while this one is worked on, and kept until half of it is left.
    while (!shared.over() && shared.names.size() > kPage / 2) {
      co_await wait(shared);
      const auto state = co_await boost::asio::this_coro::cancellation_state;
      if (state.cancelled() != boost::asio::cancellation_type::none) co_return;
    }
  }
}

inline Task<void> ObjectPass::work(std::shared_ptr<Shared> shared, bool continue_on_error) {
  while (!shared->over()) {
    if (shared->names.empty()) {
      if (shared->listed) co_return;
      co_await wait(*shared);
      continue;
    }
    std::string name = std::move(shared->names.front());
    shared->names.pop_front();
    if (shared->names.size() == kPage / 2) shared->wake.cancel();
    Status done = co_await shared->operation(std::move(name));
    if (done) continue;
    const Errc why = done.error().code();
    if (continue_on_error && why != Errc::Cancelled && why != Errc::OutOfSpace) {
      shared->job.soft_error(done.error().message());
    } else {
      shared->fail(done.error());
    }
  }
}

}  // namespace bryo
