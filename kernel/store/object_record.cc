#include <kernel/store/name_codec.h>
#include <kernel/store/object_record.h>
#include <kernel/store/text_fields.h>

#include <xxhash.h>

#include <optional>

namespace bryo::kernel {
namespace {

constexpr std::string_view kObjectFormat = "1";

bool is_special(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= 0x20 || byte == 0x7f || c == '=';
}

/// A field that may be absent: "-"; a field that really is "-" is escaped.
void append_field(std::string& out, std::string_view text) {
  if (text.empty()) {
    out.push_back('-');
  } else if (text == "-") {
    out.append("%2D");
  } else {
    append_percent_encoded(out, text, is_special);
  }
}

std::optional<std::string> parse_field(std::string_view text) {
  if (text == "-") return std::string();
  return percent_decode(text);
}

Error damaged_record(std::string_view why) {
  return {Errc::Io, "damaged metadata (attribute user.bryo): " + std::string(why)};
}

}  // namespace

std::string encode_object_record(const ObjectAttributes& attributes) {
  std::string body;
  append_number(body, attributes.size, 10);
  body.push_back(' ');
  if (attributes.checksum_type.empty()) {
    body.push_back('-');
  } else {
    append_percent_encoded(body, attributes.checksum_type, is_special);
    body.append(":").append(attributes.checksum_value);
  }
  body.push_back(' ');
  append_field(body, attributes.version);
  body.push_back(' ');
  append_number(body, attributes.mtime_ns, 36);
  for (const auto& [key, value] : attributes.custom) {
    body.push_back(' ');
    append_percent_encoded(body, key, is_special);
    body.push_back('=');
    append_percent_encoded(body, value, is_special);
  }
  std::string record(kObjectFormat);
  record.push_back(' ');
  append_number(record, XXH64(body.data(), body.size(), 0), 36);
  record.push_back(' ');
  return record.append(body);
}

Result<ObjectAttributes> decode_object_record(std::string_view record) {
  std::string_view rest = record;
  const std::string_view format = next_field(rest);
  const auto sum = parse_number<std::uint64_t>(next_field(rest), 36);
  if (!parse_number<unsigned>(format, 10)) return damaged_record("not a record");
  if (format != kObjectFormat) {
    return Error(Errc::Io, "metadata (attribute user.bryo) of format " + std::string(format) +
                               ", which only a newer Bryo can read");
  }
  if (sum != XXH64(rest.data(), rest.size(), 0)) return damaged_record("its checksum does not match");

  // From here on the record is what was written; the checks guard against a bug, not against the disk.
  ObjectAttributes attributes;
  const auto size = parse_number<std::uint64_t>(next_field(rest), 10);
  const std::string_view checksum = next_field(rest);
  const auto version = parse_field(next_field(rest));
  const auto mtime = parse_number<std::int64_t>(next_field(rest), 36);
  const std::size_t colon = checksum.find(':');
  if (!size || !version || !mtime || (checksum != "-" && colon == std::string_view::npos))
    return damaged_record("bad field");
  attributes.size = *size;
  if (checksum != "-") {
    attributes.checksum_type = checksum.substr(0, colon);
    attributes.checksum_value = checksum.substr(colon + 1);
  }
  attributes.version = *version;
  attributes.mtime_ns = *mtime;
  while (!rest.empty()) {
    const std::string_view pair = next_field(rest);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) return damaged_record("bad custom pair");
    auto key = percent_decode(pair.substr(0, equals));
    auto value = percent_decode(pair.substr(equals + 1));
    if (!key || !value) return damaged_record("bad custom pair");
    attributes.custom.emplace_back(std::move(*key), std::move(*value));
  }
  return attributes;
}

}  // namespace bryo::kernel
