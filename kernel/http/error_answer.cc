#include <kernel/http/error_answer.h>

#include <cstdint>

namespace bryo::kernel {

namespace {

/// Length of the well-formed UTF-8 sequence at the start of `text`; 0 if there is none (Unicode 15, table 3-7).
std::size_t utf8_length(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto in = [&](std::size_t i, unsigned low, unsigned high) { return byte(i) >= low && byte(i) <= high; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return in(1, 0x80, 0xBF) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : 0xBF;
    return in(1, low, high) && in(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return in(1, low, high) && in(2, 0x80, 0xBF) && in(3, 0x80, 0xBF) ? 4 : 0;
  }
  return 0;
}

void append_escaped_control(std::string& out, unsigned char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (c == '\n') {
    out += "\\n";
  } else if (c == '\r') {
    out += "\\r";
  } else if (c == '\t') {
    out += "\\t";
  } else {
    out += "\\u00";
    out += kDigits[c >> 4];
    out += kDigits[c & 15];
  }
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const auto c = static_cast<unsigned char>(text.front());
    std::size_t length = 1;
    if (c == '"' || c == '\\') {
      out += '\\';
      out += text.front();
    } else if (c < 0x20 || c == 0x7F) {
      append_escaped_control(out, c);
    } else if (c < 0x80) {
      out += text.front();
    } else if (length = utf8_length(text); length == 0) {
      out += "\\ufffd";
      length = 1;
    } else {
      out.append(text, 0, length);
    }
    text.remove_prefix(length);
  }
  out += '"';
}

void append_text_member(std::string& out, std::string_view key, std::string_view value) {
  out += out.empty() ? '{' : ',';
  append_string(out, key);
  out += ':';
  append_string(out, value);
}

/// Header lines past 64 KiB are refused by clients; names and messages that long are cut in `Hdr-Error`.
constexpr std::size_t kMaxHeaderText = 4096;

}  // namespace

std::string node_label(const NodeIdentity& node, Role role, std::string_view message) {
  const std::string gateway = node.gateway_id.empty() ? "" : "p[" + node.gateway_id + "]";
  const std::string target = node.target_id.empty() ? "" : "t[" + node.target_id + "]";
  if (target.empty()) return gateway;
  if (gateway.empty() || role == Role::Target) return target;
  if (role == Role::Any && message.starts_with(target)) return target;
  return gateway;
}

std::string error_json(const Error& error, const ErrorContext& context) {
  std::string out;
  if (!error.tcode().empty()) append_text_member(out, "tcode", error.tcode());
  append_text_member(out, "message", error.message());
  append_text_member(out, "method", context.method);
  append_text_member(out, "url_path", context.path);
  append_text_member(out, "remote_addr", context.remote);
  append_text_member(out, "caller", "");
  append_text_member(out, "node", context.node);
  return out.append(",\"status\":").append(std::to_string(error.status())).append("}");
}

Response error_answer(const Error& error, const ErrorContext& context) {
  Response response(error.status());
  response.headers.add("Content-Type", "application/json");
  response.headers.add("X-Content-Type-Options", "nosniff");
  if (error.retry_after() > 0) response.headers.add("Retry-After", std::to_string(error.retry_after()));
  if (context.method == "HEAD") {
    ErrorContext cut = context;
    cut.path = cut.path.substr(0, kMaxHeaderText);
    const Error shown =
        error.message().size() <= kMaxHeaderText
            ? error
            : Error(error.code(), error.message().substr(0, kMaxHeaderText), error.tcode()).with_status(error.status());
    response.headers.add("Hdr-Error", error_json(shown, cut));
  } else {
    response.body = error_json(error, context) + "\n";
  }
  return response;
}

}  // namespace bryo::kernel
