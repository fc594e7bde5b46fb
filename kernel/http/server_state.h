#pragma once

/// What all connections of a server share.

#include <bryo/host.h>
#include <kernel/http/http_limits.h>
#include <kernel/http/http_metrics.h>
#include <kernel/http/router.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>

namespace bryo::kernel {

/// Decides whether a request may proceed to its route; an Error is answered as it is. Runs on the event loop before the
/// body is read, must not wait, and is called by several threads.
using AccessCheck = std::function<Status(const Request&, const RouteSpec&)>;

/// Read-only but for the counts and the limits. Kept alive by every connection.
struct ServerState {
  ServerState(const Router& r, BlockingPool& pool, Log& l, HttpMetrics& m)
      : router(r), blocking(pool), log(l), metrics(m) {}

  const Router& router;
  BlockingPool& blocking;
  Log& log;
  HttpMetrics& metrics;
  NodeIdentity node;
  AccessCheck access;
  std::string id_prefix;  ///< of request ids: tells apart nodes and their runs
  std::atomic<bool> draining{false};
  std::atomic<std::uint64_t> next_connection{0};

  /// For a connection that begins now, which keeps them.
  HttpLimits limits_now() {
    const std::lock_guard lock(mutex);
    return limits;
  }

  std::mutex mutex;
  HttpLimits limits;  ///< under `mutex`
  std::condition_variable changed;
  std::size_t open = 0;       ///< connections, under `mutex`
  std::size_t listening = 0;  ///< listeners, under `mutex`
};

}  // namespace bryo::kernel
