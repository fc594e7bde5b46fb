#pragma once

/// Tells a service manager how the node is doing, by the protocol of sd_notify(3): one datagram each to the socket that
/// $NOTIFY_SOCKET names. Where nobody set that, these do nothing. Fail with Io and name the socket; the node goes on.

#include <bryo/result.h>

#include <chrono>
#include <string>

namespace bryo::kernel {

/// The node answers at `url`: a unit of Type=notify is started now.
Status notify_ready(const std::string& url);
/// The node stops, and asks for `limit` to do it: the service manager kills it after the longer of this and its own
/// limit.
Status notify_stopping(std::chrono::milliseconds limit);

}  // namespace bryo::kernel
