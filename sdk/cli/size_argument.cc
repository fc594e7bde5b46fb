#include "size_argument.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace bryo::cli {
namespace {

using Unit = std::pair<std::string_view, double>;
constexpr double kKibi = 1024;
constexpr double kKilo = 1000;
constexpr auto kUnits = std::to_array<Unit>({{"", 1},
                                             {"b", 1},
                                             {"k", kKibi},
                                             {"kib", kKibi},
                                             {"kb", kKilo},
                                             {"m", kKibi* kKibi},
                                             {"mib", kKibi* kKibi},
                                             {"mb", kKilo* kKilo},
                                             {"g", kKibi* kKibi* kKibi},
                                             {"gib", kKibi* kKibi* kKibi},
                                             {"gb", kKilo* kKilo* kKilo},
                                             {"t", kKibi* kKibi* kKibi* kKibi},
                                             {"tib", kKibi* kKibi* kKibi* kKibi},
                                             {"tb", kKilo* kKilo* kKilo* kKilo}});
/// Doubles name every byte up to here.
constexpr double kMostBytes = 9007199254740992.0;

}  // namespace

Result<std::uint64_t> size_argument(std::string_view option, std::string_view text) {
  double number = 0;
  const auto* last = text.data() + text.size();
  const auto [end, failure] = std::from_chars(text.data(), last, number, std::chars_format::fixed);
  std::string unit(end, last);
  unit.erase(0, std::min(unit.find_first_not_of(' '), unit.size()));
  std::transform(unit.begin(), unit.end(), unit.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const auto* known = std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& one) { return one.first == unit; });
  if (failure == std::errc() && known != kUnits.end() && std::isfinite(number) && number >= 0) {
    const double bytes = number * known->second;
    if (bytes <= kMostBytes) return static_cast<std::uint64_t>(std::llround(bytes));
  }
  return usage_error(std::string(option) + " \"" + std::string(text) + "\" is no size: write it like 100MiB or 4096");
}

}  // namespace bryo::cli
