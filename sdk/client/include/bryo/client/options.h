#pragma once

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <string>

namespace bryo::client {

/// When a request is sent again: no connection, or 429, 502, 503, 504, and only if sending it twice does no harm.
/// The n-th wait is `first_wait` * 2^n (+- 25 %), or what the server's Retry-After says; both at most `longest_wait`.
struct RetryPolicy {
  int attempts = 5;  ///< 1 = never again
  std::chrono::milliseconds first_wait{100};
  std::chrono::milliseconds longest_wait{10'000};
};

struct ClientOptions {
  std::string endpoint{};  ///< empty: AIS_ENDPOINT, then http://127.0.0.1:8080
  std::string user_agent = "bryo";
  std::string token{};  ///< sent as `Authorization: Bearer` to the endpoint and where it redirects
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds stall_timeout{60'000};  ///< without a byte in either direction
  RetryPolicy retry{};
  int redirects = 5;
};

/// Of one call, or of all calls made through `Client::with`.
struct CallOptions {
  std::stop_token stop{};                ///< ends the call with Cancelled
  std::chrono::milliseconds timeout{0};  ///< for everything, retries and body included; 0 = none
};

}  // namespace bryo::client
