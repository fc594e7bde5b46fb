#pragma once

/// Lets the main thread, which has no event loop, wait for a coroutine.

#include <bryo/task.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

namespace bryo::kernel {

/// Runs `task` on `loop`, which another thread runs, and blocks until it ended. Not from a loop's thread.
template <class T>
T run_on_loop(boost::asio::io_context& loop, Task<T> task) {
  return boost::asio::co_spawn(loop, std::move(task), boost::asio::use_future).get();
}

}  // namespace bryo::kernel
