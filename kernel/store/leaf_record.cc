#include <kernel/store/leaf_record.h>

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace bryo::kernel {
namespace {

constexpr std::string_view kFormat = "1";
constexpr std::string_view kReady = "ready";
constexpr std::string_view kFilling = "filling";

Error damaged(std::string_view why) { return {Errc::Io, "damaged attribute user.bryo.leaf: " + std::string(why)}; }

template <class Integer>
std::string digits(Integer value, int base) {
  std::array<char, 72> text;
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value, base).ptr};
}

template <class Integer>
bool parse(std::string_view text, Integer& value, int base) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return error == std::errc() && end == text.data() + text.size();
}

std::string_view next_field(std::string_view& rest) {
  const std::size_t space = rest.find(' ');
  const std::string_view field = rest.substr(0, space);
  rest = space == std::string_view::npos ? std::string_view() : rest.substr(space + 1);
  return field;
}

}  // namespace

std::string encode_leaf_record(const LeafRecord& record) {
  std::string body(record.filling ? kFilling : kReady);
  body.append(" ").append(digits(record.source, 16)).append(" ").append(record.lower);
  std::string text(kFormat);
  return text.append(" ").append(digits(XXH64(body.data(), body.size(), 0), 36)).append(" ").append(body);
}

Result<LeafRecord> decode_leaf_record(std::string_view text) {
  const std::string_view format = next_field(text);
  if (format.empty()) return damaged("not a record");
  if (format != kFormat) {
    return Error(Errc::Io,
                 "attribute user.bryo.leaf of format " + std::string(format) + ", which only a newer Bryo can read");
  }
  std::uint64_t sum = 0;
  if (!parse(next_field(text), sum, 36) || sum != XXH64(text.data(), text.size(), 0)) {
    return damaged("its checksum does not match");
  }
  LeafRecord record;
  const std::string_view state = next_field(text);
  record.filling = state == kFilling;
  if (!record.filling && state != kReady) return damaged("unknown state");
  if (!parse(next_field(text), record.source, 16)) return damaged("bad source");
  record.lower = text;
  return record;
}

std::string_view separator(std::string_view below, std::string_view above) noexcept {
  const auto [left, right] = std::mismatch(below.begin(), below.end(), above.begin(), above.end());
  return above.substr(0, static_cast<std::size_t>(right - above.begin()) + 1);
}

}  // namespace bryo::kernel
