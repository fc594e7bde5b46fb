#include <kernel/http/http_metrics.h>

#include <string>

namespace bryo::kernel {

namespace {

constexpr const char* kOwner = "kernel";

MetricSpec duration_spec() {
  return {.name = "request.duration",
          .help = "Time from the first byte of a request to the last byte of its response.",
          .exposition = "bryo_request_duration_seconds"};
}

}  // namespace

struct HttpMetrics::Parts {
  Counter* connections;
  Gauge* open_connections;
  Counter* requests;
  Counter* received_bytes;
  Counter* sent_bytes;
  Counter* handler_exceptions;
  Counter* torn_responses;
};

HttpMetrics::HttpMetrics(MetricsRegistry& registry, const Parts& parts)
    : connections(*parts.connections),
      open_connections(*parts.open_connections),
      requests(*parts.requests),
      received_bytes(*parts.received_bytes),
      sent_bytes(*parts.sent_bytes),
      handler_exceptions(*parts.handler_exceptions),
      torn_responses(*parts.torn_responses),
      registry_(registry) {}

Result<std::unique_ptr<HttpMetrics>> HttpMetrics::declare(MetricsRegistry& registry) {
  const auto counter = [&](const char* name, const char* help) {
    return registry.counter({.name = name, .help = help}, kOwner);
  };
  BRYO_TRY(connections, counter("http.connections.n", "Connections accepted."));
  BRYO_TRY(open, registry.gauge({.name = "http.open_connections", .help = "Connections open now."}, kOwner));
  BRYO_TRY(requests, counter("http.requests.n", "Requests answered."));
  BRYO_TRY(received, counter("http.received.size", "Bytes read from clients, headers included."));
  BRYO_TRY(sent, counter("http.sent.size", "Bytes written to clients, headers included."));
  BRYO_TRY(exceptions, counter("http.handler_exceptions.n", "Exceptions that escaped a handler and became a 500."));
  BRYO_TRY(torn, counter("http.torn_responses.n", "Connections reset because a response failed after its start."));
  BRYO_CHECK(registry.histogram_family(duration_spec(), kOwner, {"api", "verb", "code"}));
  return std::unique_ptr<HttpMetrics>(
      new HttpMetrics(registry, {connections, open, requests, received, sent, exceptions, torn}));
}

Histogram* HttpMetrics::duration(const Route* route, std::string_view verb, int status) {
  static Histogram ignored;
  const std::lock_guard lock(mutex_);
  Histogram*& place = durations_[{route, status}];
  if (place == nullptr) {
    auto made = registry_.histogram(duration_spec(), kOwner,
                                    {{"api", route == nullptr ? "" : route->spec.pattern},
                                     {"verb", std::string(verb)},
                                     {"code", std::to_string(status)}});
    place = made ? *made : &ignored;
  }
  return place;
}

}  // namespace bryo::kernel
