#pragma once

/// Running coroutines in a test.

#include <bryo/task.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <utility>

namespace bryo::testing {

/// Runs a coroutine to its end on this thread.
inline void run(Task<> task) {
  boost::asio::io_context loop;
  std::exception_ptr thrown;
  boost::asio::co_spawn(loop, std::move(task), [&](std::exception_ptr e) { thrown = e; });
  loop.run();
  if (thrown) std::rethrow_exception(thrown);
}

/// Awaits `task` and keeps what it answers.
template <class T>
Task<> keep(Task<T> task, std::optional<T>& answer) {
  answer.emplace(co_await std::move(task));
}

/// The same, and answers what the coroutine does; T need not be default constructible.
template <class T>
T run(Task<T> task) {
  std::optional<T> answer;
  run(keep(std::move(task), answer));
  return *std::move(answer);
}

}  // namespace bryo::testing
