#include <kernel/wire/byte_range.h>

#include <kernel/wire/api_names.h>

#include <algorithm>
#include <charconv>

namespace bryo::kernel {
namespace {

Error bad_range(std::string_view header, std::string_view why) {
  return Error(Errc::RangeNotSatisfiable,
               "read range \"" + std::string(header.substr(0, 120)) + "\" is invalid (" + std::string(why) + ")");
}

Error not_satisfiable(std::string_view spec, std::uint64_t size) {
  return Error(Errc::RangeNotSatisfiable,
               "size=" + std::to_string(size) + ": not satisfiable range [" + std::string(spec) + "]",
               wire::kErrRangeNotSatisfiable);
}

/// Digits only; a number beyond 64 bits counts as the largest, since it is clipped or refused all the same.
std::optional<std::uint64_t> number(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  std::uint64_t value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc{}) return ~std::uint64_t{0};
  return value;
}

}  // namespace

Result<std::optional<ByteRange>> parse_range(std::string_view header, std::uint64_t size, std::string_view label) {
  constexpr std::string_view kUnit = "bytes=";
  if (header.empty()) return std::optional<ByteRange>{};
  if (!header.starts_with(kUnit)) return bad_range(header, "prefix");
  const auto spec = header.substr(kUnit.size());
  if (spec.find(',') != std::string_view::npos) {
    return Error(Errc::RangeNotSatisfiable,
                 "cannot multi-range read " + std::string(label) + " - operation not supported", wire::kErrUnsupported);
  }
  const auto dash = spec.find('-');
  if (dash == std::string_view::npos) return bad_range(header, "no dash");
  const auto first = spec.substr(0, dash);
  const auto last = spec.substr(dash + 1);

  if (first.empty()) {  // the last N bytes
    const auto count = number(last);
    if (!count) return bad_range(header, "suffix length");
    if (*count == 0 || size == 0) return not_satisfiable(spec, size);
    const auto length = std::min(*count, size);
    return std::optional(ByteRange{.offset = size - length, .length = length});
  }
  const auto begin = number(first);
  if (!begin) return bad_range(header, "start");
  const auto end = last.empty() ? std::optional(~std::uint64_t{0}) : number(last);
  if (!end || *end < *begin) return bad_range(header, "end");
  if (*begin >= size) return not_satisfiable(spec, size);
  return std::optional(ByteRange{.offset = *begin, .length = std::min(*end, size - 1) - *begin + 1});
}

std::string content_range(ByteRange range, std::uint64_t size) {
  std::string out = "bytes ";
  out.append(std::to_string(range.offset)).append("-").append(std::to_string(range.offset + range.length - 1));
  return out.append("/").append(std::to_string(size));
}

}  // namespace bryo::kernel
