#include <kernel/http/response_head.h>

#include <array>
#include <charconv>
#include <ctime>

namespace bryo::kernel {

namespace {

void append_number(std::string& out, std::uint64_t n) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), n).ptr;
  out.append(digits.data(), end);
}

/// Fields that the server writes itself.
bool is_framing(std::string_view name) noexcept {
  switch (name.size()) {
    case 4:
      return Headers::equal_names(name, "Date");
    case 10:
      return Headers::equal_names(name, "Connection");
    case 12:
      return Headers::equal_names(name, "X-Request-Id");
    case 14:
      return Headers::equal_names(name, "Content-Length");
    case 17:
      return Headers::equal_names(name, "Transfer-Encoding");
    default:
      return false;
  }
}

void append_clean(std::string& out, std::string_view text) {
  const auto start = out.size();
  out.append(text);
  for (auto at = start; at < out.size(); ++at) {
    const auto c = static_cast<unsigned char>(out[at]);
    if ((c < 0x20 && c != '\t') || c == 0x7F) out[at] = ' ';
  }
}

}  // namespace

std::string_view reason_phrase(int status) noexcept {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Request Entity Too Large";
    case 416:
      return "Requested Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 507:
      return "Insufficient Storage";
    default:
      return "Status";
  }
}

std::string_view http_date() {
  thread_local std::time_t made = 0;
  thread_local std::array<char, 32> text;
  thread_local std::size_t size = 0;
  const std::time_t now = std::time(nullptr);
  if (now != made) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    made = now;
  }
  return {text.data(), size};
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  append_clean(out, name);
  out.append(": ");
  append_clean(out, value);
  out.append("\r\n");
}

void append_head(std::string& out, const Response& response, const HeadOptions& options) {
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::uint64_t>(response.status));
  out += ' ';
  out.append(reason_phrase(response.status)).append("\r\n");
  for (const auto& [name, value] : response.headers.fields()) {
    if (!is_framing(name)) append_field(out, name, value);
  }
  if (!options.request_id.empty()) out.append("X-Request-Id: ").append(options.request_id).append("\r\n");
  if (!options.connection.empty()) out.append("Connection: ").append(options.connection).append("\r\n");
  out.append("Date: ").append(http_date()).append("\r\n");
  if (options.framing == Framing::Length) {
    out.append("Content-Length: ");
    append_number(out, options.length);
    out.append("\r\n");
  } else if (options.framing == Framing::Chunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
  out.append("\r\n");
}

}  // namespace bryo::kernel
