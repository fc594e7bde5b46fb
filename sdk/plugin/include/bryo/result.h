#pragma once

/// Errors are values: a call that can fail returns Result<T> (or Status), never throws across the plugin boundary.

#include <bryo/abi.h>

#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace bryo {

/// Kinds of failure. Each has a default HTTP status (see `http_status`), which an Error may override.
enum class Errc : std::uint8_t {
  InvalidArgument,      ///< 400: the request is wrong, and stays wrong
  Unauthorized,         ///< 401
  Forbidden,            ///< 403
  NotFound,             ///< 404
  MethodNotAllowed,     ///< 405
  Timeout,              ///< 408: the peer took too long
  Conflict,             ///< 409
  TooLarge,             ///< 413
  RangeNotSatisfiable,  ///< 416
  TooManyRequests,      ///< 429: over a budget; repeat later
  Internal,             ///< 500: our fault
  BadChecksum,          ///< 500, as clients of the reference expect
  Unsupported,          ///< 501: not built in, or not enabled
  Unavailable,          ///< 503: starting, stopping, draining
  OutOfSpace,           ///< 507
  Io,                   ///< 500: the machine failed us (disk, descriptor limit)
  Cancelled,            ///< the caller went away or stopped waiting; never reaches a client
};

/// The HTTP status that stands for `code` on the wire.
constexpr int http_status(Errc code) noexcept {
  switch (code) {
    case Errc::InvalidArgument:
      return 400;
    case Errc::Unauthorized:
      return 401;
    case Errc::Forbidden:
      return 403;
    case Errc::NotFound:
      return 404;
    case Errc::MethodNotAllowed:
      return 405;
    case Errc::Timeout:
      return 408;
    case Errc::Conflict:
      return 409;
    case Errc::TooLarge:
      return 413;
    case Errc::RangeNotSatisfiable:
      return 416;
    case Errc::TooManyRequests:
      return 429;
    case Errc::Unsupported:
      return 501;
    case Errc::Unavailable:
      return 503;
    case Errc::OutOfSpace:
      return 507;
    case Errc::Internal:
    case Errc::BadChecksum:
    case Errc::Io:
    case Errc::Cancelled:
      return 500;
  }
  return 500;
}

/// A failure: a code, one sentence that names the thing and the way out, and optionally the wire's `tcode`
/// (http-api.md section 6). A regular value.
class BRYO_EXPORT Error {
 public:
  Error() = default;
  Error(Errc code, std::string message) : message_(std::move(message)), status_(bryo::http_status(code)), code_(code) {}
  /// `tcode` must be a string literal: the name clients of the reference know ("ErrNotFound").
  Error(Errc code, std::string message, std::string_view tcode) : Error(code, std::move(message)) { tcode_ = tcode; }

  [[nodiscard]] Errc code() const noexcept { return code_; }
  [[nodiscard]] const std::string& message() const noexcept { return message_; }
  [[nodiscard]] std::string_view tcode() const noexcept { return tcode_; }
  [[nodiscard]] int status() const noexcept { return status_; }

  /// The same error under another HTTP status, where the wire asks for one that the code does not imply.
  [[nodiscard]] Error with_status(int status) && {
    status_ = status;
    return std::move(*this);
  }
  /// How long the client should wait before it repeats the request (`Retry-After`), in seconds; 0 = not said.
  [[nodiscard]] Error with_retry_after(int seconds) && {
    retry_after_ = seconds;
    return std::move(*this);
  }
  [[nodiscard]] int retry_after() const noexcept { return retry_after_; }

 private:
  std::string message_;
  std::string_view tcode_;
  int status_ = 500;
  int retry_after_ = 0;
  Errc code_ = Errc::Internal;
};

/// A T or an Error. Convertible from both; `if (!r)`, `*r`, `r.error()`.
template <class T>
class [[nodiscard]] Result : public boost::system::result<T, Error> {
 public:
  using boost::system::result<T, Error>::result;
};

/// Success or an Error.
using Status = Result<void>;

/// Found by Boost through the argument's namespace; only reached by `value()` on a failed Result, which is for tests.
[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::runtime_error(error.message());
}

}  // namespace bryo

#define BRYO_CONCAT_2(a, b) a##b
#define BRYO_CONCAT(a, b) BRYO_CONCAT_2(a, b)

// BRYO_TRY(value, expression): `value` becomes the result's value, or the function returns the error.
// BRYO_CHECK(expression): the same for a Status. BRYO_CO_TRY and BRYO_CO_CHECK do it in a coroutine.
#define BRYO_TRY_VALUE(leave, result, name, ...) \
  auto result = (__VA_ARGS__);                   \
  if (!result) leave std::move(result).error();  \
  auto name = *std::move(result)
#define BRYO_TRY(name, ...) BRYO_TRY_VALUE(return, BRYO_CONCAT(bryo_result_, __LINE__), name, __VA_ARGS__)
#define BRYO_CO_TRY(name, ...) BRYO_TRY_VALUE(co_return, BRYO_CONCAT(bryo_result_, __LINE__), name, __VA_ARGS__)
#define BRYO_CHECK(...) \
  if (auto bryo_status = (__VA_ARGS__); !bryo_status) return std::move(bryo_status).error()
#define BRYO_CO_CHECK(...) \
  if (auto bryo_status = (__VA_ARGS__); !bryo_status) co_return std::move(bryo_status).error()
