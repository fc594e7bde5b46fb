#include <kernel/http/request_target.h>

#include <optional>

namespace bryo::kernel {

namespace {

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

enum class Plus { Literal, Space };

Status decode(std::string_view text, Plus plus, std::string& out) {
  out.clear();
  const std::string_view special = plus == Plus::Space ? "%+" : "%";
  for (std::size_t at = 0;;) {
    const auto next = std::min(text.find_first_of(special, at), text.size());
    out.append(text, at, next - at);
    if (next == text.size()) break;
    if (text[next] == '+') {
      out += ' ';
      at = next + 1;
      continue;
    }
    const int high = next + 2 < text.size() ? hex_value(text[next + 1]) : -1;
    const int low = next + 2 < text.size() ? hex_value(text[next + 2]) : -1;
    if (high < 0 || low < 0) {
      return Error(Errc::InvalidArgument, "invalid URL escape \"" + std::string(text.substr(next, 3)) + "\"");
    }
    out += static_cast<char>(high * 16 + low);
    at = next + 3;
  }
  if (out.find('\0') != std::string::npos) return Error(Errc::InvalidArgument, "invalid URL: contains NUL");
  return {};
}

Status parse_query(std::string_view text, Query& query) {
  std::size_t keys = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const auto item = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (item.empty()) continue;
    if (++keys > kMaxQueryKeys) {
      return Error(Errc::InvalidArgument, "more than " + std::to_string(kMaxQueryKeys) + " query keys");
    }
    if (item.size() >= 6 && Headers::equal_names(item.substr(0, 6), "X-Amz-")) continue;
    const auto equals = std::min(item.find('='), item.size());
    std::string key;
    std::string value;
    BRYO_CHECK(decode(item.substr(0, equals), Plus::Space, key));
    if (equals < item.size()) BRYO_CHECK(decode(item.substr(equals + 1), Plus::Space, value));
    query.add(std::move(key), std::move(value));
  }
  return {};
}

}  // namespace

Status parse_request_target(std::string_view target, std::string& path, Query& query) {
  if (target == "*") {
    path = target;
    return {};
  }
  // The absolute form must be understood (RFC 9112 3.2.2); only its path matters here.
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (target.size() < scheme.size() || !Headers::equal_names(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(std::min(target.find_first_of("/?", scheme.size()), target.size()));
    if (target.empty()) target = "/";
    break;
  }
  const auto mark = std::min(target.find('?'), target.size());
  const auto raw_path = target.substr(0, mark);
  if (!raw_path.starts_with('/')) {
    return Error(Errc::InvalidArgument,
                 "invalid request target \"" + std::string(target.substr(0, 80)) + "\": must start with '/'");
  }
  BRYO_CHECK(decode(raw_path, Plus::Literal, path));
  if (mark < target.size()) BRYO_CHECK(parse_query(target.substr(mark + 1), query));
  return {};
}

}  // namespace bryo::kernel
