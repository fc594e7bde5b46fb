#include <kernel/config/feature_flags.h>
#include <kernel/config/nearest.h>
#include <kernel/config/option_value.h>
#include <kernel/config/value_text.h>

#include <algorithm>
#include <array>
#include <utility>

namespace bryo::kernel {
namespace {

constexpr std::array<std::string_view, 28> kNames = {
    "Enforce-IntraCluster-Access",
    "Skip-Loading-VersionChecksum-MD",
    "Do-not-Auto-Detect-FileShare",
    "S3-API-via-Root",
    "Fsync-PUT",
    "LZ4-Block-1MB",
    "LZ4-Frame-Checksum",
    "Do-not-Allow-Passing-FQN-to-ETL",
    "Ignore-LimitedCoexistence-Conflicts",
    "S3-Presigned-Request",
    "Do-not-Optimize-Listing-Virtual-Dirs",
    "Disable-Cold-GET",
    "Streaming-Cold-GET",
    "S3-Reverse-Proxy",
    "S3-Use-Path-Style",
    "Do-not-Delete-When-Rebalancing",
    "Do-not-Set-Control-Plane-ToS",
    "Trust-Crypto-Safe-Checksums",
    "S3-ListObjectVersions",
    "Enable-Detailed-Prom-Metrics",
    "Force-Container-CPU-Mem",
    "Resume-Interrupted-MPU",
    "Keep-Unknown-FQN",
    "Load-Balance-GET",
    "Count-Object-NotFound-Stats",
    "Enable-Go-Runtime-Metrics",
    "Dload-Allow-Private-Egress",
    "S3-Redirect-Rebuild",
};

constexpr std::array<std::pair<unsigned, unsigned>, 2> kExclusive = {{{11, 12}, {13, 27}}};

Result<std::uint64_t> checked(std::uint64_t bits) {
  if (bits >> kNames.size() != 0) {
    return Error(Errc::InvalidArgument, "features " + std::to_string(bits) + " has bits above " +
                                            std::to_string(kNames.size() - 1) + ", which name no feature");
  }
  for (const auto& [a, b] : kExclusive) {
    if ((bits >> a & 1u) != 0 && (bits >> b & 1u) != 0) {
      return Error(Errc::InvalidArgument, "features " + std::string(kNames[a]) + " and " + std::string(kNames[b]) +
                                              " exclude each other; set only one");
    }
  }
  return bits;
}

}  // namespace

std::vector<std::string> feature_names() { return {kNames.begin(), kNames.end()}; }

std::vector<std::string> feature_names_of(std::uint64_t bits) {
  std::vector<std::string> out;
  for (std::size_t bit = 0; bit < kNames.size(); ++bit) {
    if ((bits >> bit & 1u) != 0) out.emplace_back(kNames[bit]);
  }
  return out;
}

Result<std::uint64_t> feature_bits_of(const std::vector<std::string>& names) {
  std::uint64_t bits = 0;
  for (const auto& name : names) {
    const auto found = std::find(kNames.begin(), kNames.end(), name);
    if (found == kNames.end()) {
      return Error(Errc::InvalidArgument, "unknown feature " + toml_quoted(name) + did_you_mean(name, feature_names()));
    }
    bits |= std::uint64_t{1} << static_cast<unsigned>(found - kNames.begin());
  }
  return checked(bits);
}

Result<std::uint64_t> parse_feature_bits(std::string_view text) {
  if (text.empty() || text == "none") return std::uint64_t{0};
  if (text.find_first_not_of("0123456789") == std::string_view::npos) {
    BRYO_TRY(bits, parse_integer(text));
    return checked(static_cast<std::uint64_t>(bits));
  }
  BRYO_TRY(names, option_value_of(text, OptionValue(std::vector<std::string>())));
  return feature_bits_of(std::get<std::vector<std::string>>(names));
}

}  // namespace bryo::kernel
