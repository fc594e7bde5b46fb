#include <kernel/config/nearest.h>

#include <algorithm>

namespace bryo::kernel {
namespace {

/// Longer names are not typing errors; the bound keeps a hostile file cheap.
constexpr std::size_t kLongest = 64;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

/// Damerau-Levenshtein distance (optimal string alignment), whatever the case.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), previous(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before.swap(previous);
    previous.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = previous[j - 1] + (lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1);
      row[j] = std::min({previous[j] + 1, row[j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::optional<std::string> nearest_name(std::string_view name, const std::vector<std::string>& candidates) {
  if (name.empty() || name.size() > kLongest) return std::nullopt;
  // Not all of a short name may change.
  std::size_t best = std::min(name.size(), std::max<std::size_t>(1, (name.size() + 1) / 3) + 1);
  std::optional<std::string> found;
  for (const auto& candidate : candidates) {
    if (candidate.size() > kLongest) continue;
    if (const std::size_t d = distance(name, candidate); d < best) {
      best = d;
      found = candidate;
    }
  }
  return found;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates, std::string_view open,
                         std::string_view close) {
  const auto found = nearest_name(name, candidates);
  if (!found) return {};
  return std::string("; did you mean ").append(open).append(*found).append(close).append("?");
}

}  // namespace bryo::kernel
