#pragma once

/// The extended attribute `user.bryo.leaf` of a leaf directory:
///
///   1 <XXH64 of the rest, base 36> <ready|filling> <number of the split leaf, hex> <lower bound, as it is>

#include <bryo/result.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace bryo::kernel {

inline constexpr const char* kLeafAttribute = "user.bryo.leaf";

struct LeafRecord {
  std::string lower;         ///< the least name that belongs here; empty for the first leaf
  bool filling = false;      ///< names from `lower` on may still lie in leaf `source`
  std::uint32_t source = 0;  ///< the leaf that was split to make this one; 0 = none

  friend bool operator==(const LeafRecord&, const LeafRecord&) = default;
};

std::string encode_leaf_record(const LeafRecord& record);

/// Fails with Io saying what is wrong; the caller's sentence names the directory.
Result<LeafRecord> decode_leaf_record(std::string_view text);

/// The shortest name that is greater than `below` and not greater than `above` (below < above): the bound between them.
std::string_view separator(std::string_view below, std::string_view above) noexcept;

}  // namespace bryo::kernel
