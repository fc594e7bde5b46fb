#pragma once

/// Feature flags: names of the reference and their bits (config-and-cli.md section 4). Pure.

#include <bryo/result.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bryo::kernel {

/// The flags that Bryo acts on; the value is the bit's number. All others are kept and returned.
enum class Feature : std::uint8_t {
  S3ApiViaRoot = 3,
  FsyncPut = 4,
  DisableColdGet = 11,
  StreamingColdGet = 12,
  S3UsePathStyle = 14,
  S3ListObjectVersions = 18,
  DetailedMetrics = 19,
  ResumeInterruptedMpu = 21,
  CountObjectNotFound = 24,
};

[[nodiscard]] constexpr bool has_feature(std::uint64_t bits, Feature feature) noexcept {
  return (bits >> static_cast<unsigned>(feature) & 1u) != 0;
}

/// All names, the one of bit 0 first.
[[nodiscard]] std::vector<std::string> feature_names();

/// Names of the set bits, in their order. Bits without a name are left out.
[[nodiscard]] std::vector<std::string> feature_names_of(std::uint64_t bits);

/// Fails with InvalidArgument naming an unknown name and its nearest, or two flags that exclude each other.
Result<std::uint64_t> feature_bits_of(const std::vector<std::string>& names);

/// The API's text: a decimal number ("8200"), "none", "", or names separated by commas. The same failures, and one for
/// bits that have no name.
Result<std::uint64_t> parse_feature_bits(std::string_view text);

}  // namespace bryo::kernel
