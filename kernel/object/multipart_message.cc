#include <kernel/object/multipart_message.h>

#include <kernel/wire/action_message.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace bryo::kernel {
namespace {

Error refused(std::string message) { return {Errc::InvalidArgument, std::move(message)}; }

Error not_parts(const std::string& why) {
  return refused("failed to unmarshal [*apc.MptCompletedParts] (POST), err: " + why);
}

/// `chunk at (INDEX) has invalid number N (count=C)`: a part before it is missing.
Status check_contiguous(std::span<const std::uint32_t> have) {
  for (std::size_t i = 0; i < have.size(); ++i) {
    if (have[i] == i + 1) continue;
    return refused("chunk at (" + std::to_string(i) + ") has invalid number " + std::to_string(have[i]) +
                   " (count=" + std::to_string(have.size()) + ")");
  }
  return {};
}

}  // namespace

std::string object_label(const LabelledObject& object) {
  return "o[" + object.bucket.name + "/" + std::string(object.object) + "(-)]";
}

Result<std::uint32_t> parse_part_number(std::string_view text, const std::string& upload_id,
                                        const LabelledObject& object) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) {
    return refused(object_label(object) + ": invalid part number \"" + std::string(text.substr(0, 40)) +
                   "\" for uploadID \"" + upload_id + "\"");
  }
  const std::string manifest =
      "chunk-manifest[" + object.bucket.uri() + "/" + std::string(object.object) + ", id=" + upload_id + "]: ";
  if (number < 1) {
    auto error_of_zero = refused(manifest + "invalid chunk number (" + std::to_string(number) + ")");
    return number == 0 ? std::move(error_of_zero).with_status(500) : std::move(error_of_zero);
  }
  if (number > kMaxParts) {
    return refused(manifest + "chunk number (" + std::to_string(number) + ") exceeds the maximum limit (" +
                   std::to_string(kMaxParts) + ")");
  }
  return static_cast<std::uint32_t>(number);
}

Result<std::vector<std::uint32_t>> parse_parts(const nlohmann::json& value) {
  std::vector<std::uint32_t> parts;
  if (value.is_null()) return parts;
  if (!value.is_array()) return not_parts("expecting a list of parts");
  if (value.size() > kMaxParts) return not_parts("more than " + std::to_string(kMaxParts) + " parts");
  for (const auto& part : value) {
    if (!part.is_object()) return not_parts("a part is no object");
    std::int64_t number = 0;
    std::string etag;
    MessageReader reader(part, "apc.MptCompletedPart");
    BRYO_CHECK(reader.integer("part-number", number).text("etag", etag).finish());
    if (number < 1 || number > kMaxParts) return not_parts("invalid part number " + std::to_string(number));
    parts.push_back(static_cast<std::uint32_t>(number));
  }
  return parts;
}

Status check_parts(std::vector<std::uint32_t> wanted, std::span<const std::uint32_t> have) {
  // The SDK names a part as often as it sent it.
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  const auto partial = [&] {
    return refused("partial completion is not allowed: requested " + std::to_string(wanted.size()) + " parts, have " +
                   std::to_string(have.size()));
  };
  if (wanted.size() < have.size() || have.empty()) return partial();
  BRYO_CHECK(check_contiguous(have));
  if (wanted.size() > have.size()) return partial();
  if (std::equal(wanted.begin(), wanted.end(), have.begin(), have.end())) return {};
  return refused("the parts to complete are not the 1 to " + std::to_string(have.size()) +
                 " that were uploaded: name all of them");
}

}  // namespace bryo::kernel
