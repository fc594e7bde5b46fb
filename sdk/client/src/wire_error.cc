#include "wire_error.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "json.h"
#include "retry.h"
#include "wire.h"

namespace bryo::client {
namespace {

/// Error keeps literals only, so the names that servers send are matched against those that exist.
constexpr auto kCodes = std::to_array<std::string_view>({
    "ErrBadCksum",
    "ErrBckNotFound",
    "ErrBucketAccessDenied",
    "ErrBucketAlreadyExists",
    "ErrBusy",
    "ErrFailedTo",
    "ErrInvalidBackendProvider",
    "ErrLimitedCoexistence",
    "ErrMissingBackend",
    "ErrNotFound",
    "ErrNotRemoteBck",
    "ErrRangeNotSatisfiable",
    "ErrRemoteBckNotFound",
    "ErrTooManyRequests",
    "ErrUnsupp",
    "ErrXactNotFound",
    "errInvalidPath",
    "errNodeNotFound",
    "errNotEnoughTargets",
    "errUnknownMime",
    "wrapError",
});

std::string_view known_code(std::string_view code) {
  const auto found = std::find(kCodes.begin(), kCodes.end(), code);
  return found == kCodes.end() ? std::string_view() : *found;
}

/// One line of a text answer, without control characters.
std::string first_line(std::string_view body) {
  std::string line(body.substr(0, std::min<std::size_t>(body.find('\n'), 300)));
  std::erase_if(line, [](char c) { return static_cast<unsigned char>(c) < ' '; });
  return line;
}

}  // namespace

Errc code_of_status(int status) noexcept {
  switch (status) {
    case 401:
      return Errc::Unauthorized;
    case 403:
      return Errc::Forbidden;
    case 404:
    case 410:
      return Errc::NotFound;
    case 405:
      return Errc::MethodNotAllowed;
    case 408:
    case 504:
      return Errc::Timeout;
    case 409:
    case 412:
    case 423:
      return Errc::Conflict;
    case 413:
      return Errc::TooLarge;
    case 416:
      return Errc::RangeNotSatisfiable;
    case 429:
      return Errc::TooManyRequests;
    case 501:
      return Errc::Unsupported;
    case 502:
    case 503:
      return Errc::Unavailable;
    case 507:
      return Errc::OutOfSpace;
    default:
      return status >= 400 && status < 500 ? Errc::InvalidArgument : Errc::Internal;
  }
}

Error decode_error(int status, const Headers& headers, std::string_view body, std::string_view request) {
  if (body.empty()) body = headers.get(wire::kHeaderError);
  std::string message;
  std::string_view code;
  if (const auto json = Json::parse(body, nullptr, false); json.is_object()) {
    message = text_at(json, "message");
    code = known_code(text_at(json, "tcode"));
  } else {
    message = first_line(body);
  }
  if (message.empty()) message = std::string(request) + " was answered with status " + std::to_string(status);
  Error error(code == "ErrBadCksum" ? Errc::BadChecksum : code_of_status(status), std::move(message), code);
  return std::move(error).with_status(status).with_retry_after(parse_retry_after(headers.get("Retry-After")));
}

Error decode_trailer(std::string_view value) {
  const auto json = Json::parse(value, nullptr, false);
  if (!json.is_object()) return {Errc::Internal, first_line(value)};
  const auto status = static_cast<int>(signed_at(json, "status"));
  return decode_error(status == 0 ? 500 : status, {}, value, "the batch");
}

}  // namespace bryo::client
