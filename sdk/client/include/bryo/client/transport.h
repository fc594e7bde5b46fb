#pragma once

/// One HTTP exchange at a time: what Client needs of an HTTP library. `make_curl_transport` is the real one; tests
/// bring their own.

#include <bryo/client/byte_stream.h>

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bryo::client {

/// Header fields in the order sent; names compare without regard to case.
class Headers {
 public:
  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  /// The first value of `name`; empty if absent.
  [[nodiscard]] std::string_view get(std::string_view name) const noexcept;
  [[nodiscard]] bool has(std::string_view name) const noexcept;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& fields() const noexcept { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// A request without its body. `url` is absolute and percent-encoded.
struct HttpRequest {
  std::string method = "GET";
  std::string url;
  Headers headers{};
};

/// How long one exchange may take. A wait ends with Timeout.
struct HttpLimits {
  std::chrono::milliseconds connect{5'000};
  /// Longest time without a byte in either direction while this side waits. Time that the caller spends between reads
  /// does not count.
  std::chrono::milliseconds stall{60'000};
  /// The end of everything; time_point::max() = none.
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  /// Ends any wait with Cancelled.
  std::stop_token stop{};
};

/// An answer whose head has arrived; its body is pulled. Destroyed before the end of the body, the connection closes.
/// One thread at a time.
class HttpExchange : public ByteInput {
 public:
  [[nodiscard]] virtual int status() const noexcept = 0;
  [[nodiscard]] virtual const Headers& headers() const noexcept = 0;
  /// Fields after the last chunk; complete when `read` has returned 0.
  [[nodiscard]] virtual const Headers& trailers() const noexcept = 0;
};

/// Thread-safe: any number of exchanges at once, each on a connection of its own; connections are kept and reused.
class Transport {
 public:
  virtual ~Transport() = default;
  /// Sends one request and returns when the answer's head is there. Follows no redirect and repeats nothing.
  /// `body` may be null and must live until this returns. Fails with Unavailable if no connection came about (nothing
  /// was sent), Timeout, Cancelled, or Io; an HTTP status is never a failure here.
  virtual Result<std::unique_ptr<HttpExchange>> send(const HttpRequest& request, BodySource* body,
                                                     const HttpLimits& limits) = 0;
};

/// libcurl, pulled through its multi interface; bodies are never collected in memory (at most 1 MiB per exchange).
std::shared_ptr<Transport> make_curl_transport();

}  // namespace bryo::client
