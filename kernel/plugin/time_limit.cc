#include <kernel/plugin/time_limit.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>

namespace bryo::kernel {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kMomentToEnd{1};

/// Shared with the task's completion, which may come after the caller has gone on.
struct Race {
  explicit Race(const Executor& executor) : timer(executor) {}
  asio::steady_timer timer;
  asio::cancellation_signal cancel;
  std::optional<Status> result;
};

Status text_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& e) {
    return Error(Errc::Internal, e.what());
  } catch (...) {
    return Error(Errc::Internal, "an exception without a text");
  }
}

Task<void> wait(std::shared_ptr<Race> race, Deadline::Clock::time_point until) {
  if (race->result) co_return;
  race->timer.expires_at(until);
  boost::system::error_code ignored;
  co_await race->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

}  // namespace

Task<LimitedOutcome> within(Task<Status> task, Deadline deadline) {
  auto executor = co_await asio::this_coro::executor;
  auto race = std::make_shared<Race>(executor);
  auto done = [race](std::exception_ptr thrown, Status status) {
    race->result = thrown ? text_of(thrown) : std::move(status);
    race->timer.cancel();
  };
  asio::co_spawn(executor, std::move(task), asio::bind_cancellation_slot(race->cancel.slot(), std::move(done)));

  co_await wait(race, deadline.at());
  if (race->result) co_return LimitedOutcome{*race->result};
  race->cancel.emit(asio::cancellation_type::all);
  co_await wait(race, Deadline::Clock::now() + kMomentToEnd);
  co_return LimitedOutcome{Error(Errc::Timeout, "it takes too long"), !race->result};
}

}  // namespace bryo::kernel
