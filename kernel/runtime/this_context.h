#pragma once

/// The event loop that a thread runs.

#include <boost/asio/io_context.hpp>

namespace bryo::kernel {

/// Null for threads that run none.
inline thread_local boost::asio::io_context* this_context = nullptr;

}  // namespace bryo::kernel
