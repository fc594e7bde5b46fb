#pragma once

#include <bryo/client/options.h>
#include <bryo/result.h>

#include <chrono>
#include <stop_token>
#include <string_view>

namespace bryo::client {

/// What may be sent twice.
enum class Repeat {
  Always,     ///< doing it twice is doing it once: GET, HEAD, PUT of a whole object
  IfRefused,  ///< only when the server surely did nothing: no connection, or 429
};

/// Whether to send again after the transport failed with `code` (no answer came). Pure.
bool repeat_after_failure(Errc code, Repeat repeat) noexcept;
/// Whether to send again after an answer with this status. Pure.
bool repeat_after_status(int status, Repeat repeat) noexcept;

/// How long to wait before attempt `attempt` + 1 (attempts count from 1). `random` is in [0, 1). Pure.
std::chrono::milliseconds retry_wait(const RetryPolicy& policy, int attempt, int retry_after_seconds,
                                     double random) noexcept;

/// Seconds of a Retry-After field, which may be a number or a date; 0 = none.
int parse_retry_after(std::string_view value);

/// A number in [0, 1).
double random_fraction();

/// Fails with Cancelled when stopped meanwhile.
Status wait_for(std::chrono::milliseconds duration, const std::stop_token& stop);

}  // namespace bryo::client
