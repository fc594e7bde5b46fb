#pragma once

/// Coroutines. `Task<T>` runs on the executor of whoever awaits it; after any co_await of a Host call a coroutine is
/// back there. One coroutine is never resumed by two threads at once.

#include <bryo/result.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>

namespace bryo {

template <class T = void>
using Task = boost::asio::awaitable<T>;

using Executor = boost::asio::any_io_executor;

/// A point in time after which an operation is given up. Copyable; `Deadline::never()` does not expire.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;
  static Deadline after(Clock::duration d) { return Deadline(Clock::now() + d); }
  static Deadline never() { return Deadline(Clock::time_point::max()); }
  explicit Deadline(Clock::time_point at) : at_(at) {}
  [[nodiscard]] Clock::time_point at() const noexcept { return at_; }
  [[nodiscard]] bool expired() const { return Clock::now() >= at_; }

 private:
  Clock::time_point at_;
};

}  // namespace bryo
