#pragma once

/// What the calls of a multipart upload say (http-objects.md section 7). Pure.

#include <bryo/names.h>
#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel {

/// Parts of one upload, at most: as in S3.
inline constexpr std::uint32_t kMaxParts = 10'000;
inline constexpr std::size_t kLeastUploadId = 8;
inline constexpr std::size_t kLongestShownId = 120;

/// An object in messages of this family.
struct LabelledObject {
  const BucketName& bucket;
  std::string_view object;
};
/// `o[BUCKET/OBJECT(-)]`
[[nodiscard]] std::string object_label(const LabelledObject& object);

/// Fails with 400 for what is no number from 1 to kMaxParts; with the reference's 500 for 0.
Result<std::uint32_t> parse_part_number(std::string_view text, const std::string& upload_id,
                                        const LabelledObject& object);

/// The `part-number`s of `[{"part-number":1,"etag":""}, ..]`, in any order. Fails with 400 for another shape.
Result<std::vector<std::uint32_t>> parse_parts(const nlohmann::json& value);

/// Whether `wanted` names exactly the parts that there are, and these are 1 to their count. `have` is in order. Fails
/// with 400 and the reference's words.
Status check_parts(std::vector<std::uint32_t> wanted, std::span<const std::uint32_t> have);

}  // namespace bryo::kernel
