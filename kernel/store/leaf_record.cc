#include <kernel/store/leaf_record.h>
#include <kernel/store/text_fields.h>

#include <xxhash.h>

#include <algorithm>

namespace bryo::kernel {
namespace {

constexpr std::string_view kLeafFormat = "1";
constexpr std::string_view kReady = "ready";
constexpr std::string_view kFilling = "filling";

Error damaged_leaf(std::string_view why) { return {Errc::Io, "damaged attribute user.bryo.leaf: " + std::string(why)}; }

}  // namespace

std::string encode_leaf_record(const LeafRecord& record) {
  std::string body(record.filling ? kFilling : kReady);
  body.push_back(' ');
  append_number(body, record.source, 16);
  body.append(" ").append(record.lower);
  std::string text(kLeafFormat);
  text.push_back(' ');
  append_number(text, XXH64(body.data(), body.size(), 0), 36);
  return text.append(" ").append(body);
}

Result<LeafRecord> decode_leaf_record(std::string_view text) {
  const std::string_view format = next_field(text);
  if (format.empty()) return damaged_leaf("not a record");
  if (format != kLeafFormat) {
    return Error(Errc::Io,
                 "attribute user.bryo.leaf of format " + std::string(format) + ", which only a newer Bryo can read");
  }
  const auto sum = parse_number<std::uint64_t>(next_field(text), 36);
  if (sum != XXH64(text.data(), text.size(), 0)) {
    return damaged_leaf("its checksum does not match");
  }
  LeafRecord record;
  const std::string_view state = next_field(text);
  record.filling = state == kFilling;
  if (!record.filling && state != kReady) return damaged_leaf("unknown state");
  const auto source = parse_number<std::uint32_t>(next_field(text), 16);
  if (!source) return damaged_leaf("bad source");
  record.source = *source;
  record.lower = text;
  return record;
}

std::string_view separator(std::string_view below, std::string_view above) noexcept {
  const auto [left, right] = std::mismatch(below.begin(), below.end(), above.begin(), above.end());
  return above.substr(0, static_cast<std::size_t>(right - above.begin()) + 1);
}

}  // namespace bryo::kernel
