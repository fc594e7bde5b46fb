#include "pax_records.h"

#include <charconv>

namespace bryo::tar {
namespace {

Error malformed() { return {Errc::InvalidArgument, "malformed PAX record"}; }

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size() || value >> 63 != 0) return std::nullopt;
  return value;
}

}  // namespace

void append_pax_record(std::string& out, std::string_view key, std::string_view value) {
  const std::size_t rest = key.size() + value.size() + 3;  // ' ', '=', '\n'
  std::size_t length = rest + std::to_string(rest).size();
  // One digit more may be needed for the digits themselves.
  length = rest + std::to_string(length).size();
  out.append(std::to_string(length)).append(" ").append(key).append("=").append(value).append("\n");
}

Result<PaxOverrides> parse_pax_records(std::string_view records) {
  PaxOverrides found;
  while (!records.empty()) {
    const auto space = records.find(' ');
    if (space == std::string_view::npos) return malformed();
    const auto length = parse_decimal(records.substr(0, space));
    if (!length || *length <= space + 1 || *length > records.size() || records[*length - 1] != '\n') return malformed();
    const auto record = records.substr(space + 1, *length - space - 2);
    records.remove_prefix(*length);
    const auto equals = record.find('=');
    if (equals == std::string_view::npos || equals == 0) return malformed();
    const auto key = record.substr(0, equals);
    const auto value = record.substr(equals + 1);
    if (key == "path") {
      if (value.find('\0') != std::string_view::npos) return malformed();
      found.path = value.empty() ? std::nullopt : std::optional<std::string>(value);
    } else if (key == "size") {
      found.size = parse_decimal(value);
      if (!value.empty() && !found.size) return malformed();
    } else if (key.starts_with("GNU.sparse.")) {
      found.sparse = true;
    }
  }
  return found;
}

}  // namespace bryo::tar
