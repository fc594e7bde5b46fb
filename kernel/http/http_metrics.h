#pragma once

/// What the HTTP server counts.

#include <bryo/metrics.h>
#include <bryo/result.h>
#include <kernel/http/router.h>
#include <kernel/metrics/metrics_registry.h>

#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace bryo::kernel {

/// Counters of one server, and the histogram of observability.md section 4. Thread-safe; lives as long as the registry.
class HttpMetrics {
 public:
  static Result<std::unique_ptr<HttpMetrics>> declare(MetricsRegistry& registry);

  Counter& connections;
  Gauge& open_connections;
  Counter& requests;
  Counter& received_bytes;
  Counter& sent_bytes;
  Counter& handler_exceptions;
  Counter& torn_responses;

  /// `bryo_request_duration_seconds{api,verb,code}`: `api` is the route's pattern, "" for requests without a route.
  /// Takes a lock: keep the answer.
  Histogram* duration(const Route* route, std::string_view verb, int status);

 private:
  struct Parts;
  HttpMetrics(MetricsRegistry& registry, const Parts& parts);

  MetricsRegistry& registry_;
  std::mutex mutex_;
  std::map<std::pair<const Route*, int>, Histogram*> durations_;
};

}  // namespace bryo::kernel
