#pragma once

/// Errors as clients of the reference see them (http-api.md section 6).

#include <bryo/host.h>
#include <bryo/http.h>

#include <string>
#include <string_view>

namespace bryo::kernel {

/// What an error answer says beside the error itself. Views: valid during the call.
struct ErrorContext {
  std::string_view method;
  std::string_view path;    ///< decoded
  std::string_view remote;  ///< "ip:port"
  std::string_view node;    ///< node_label()
};

/// `p[ID]` or `t[ID]`. By the route's role; where both roles could have answered, by the prefix of the message, else
/// the gateway.
std::string node_label(const NodeIdentity& node, Role role, std::string_view message);

/// The JSON object, without a newline. Any bytes in: the result is valid UTF-8 and JSON, with no control character and
/// nothing HTML-escaped.
std::string error_json(const Error& error, const ErrorContext& context);

/// The whole answer: JSON body, or for HEAD the JSON in `Hdr-Error`.
Response error_answer(const Error& error, const ErrorContext& context);

}  // namespace bryo::kernel
