#include "sample_grouping.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "seeded_random.h"

namespace bryo::cli {

Result<SampleOrder> parse_sample_order(std::string_view text) {
  for (const std::string_view alpha : {"alpha", "alphanumeric"}) {
    if (!text.starts_with(alpha)) continue;
    const auto direction = text.substr(alpha.size());
    if (direction.empty() || direction == ":inc") return SampleOrder::Name;
    if (direction == ":dec") return SampleOrder::NameDescending;
  }
  if (text == "name") return SampleOrder::Name;
  if (text == "name-desc") return SampleOrder::NameDescending;
  if (text == "shuffle") return SampleOrder::Shuffle;
  return usage_error("--sort \"" + std::string(text) + "\" is none of: name, name-desc, shuffle (with --seed N)");
}

Result<std::vector<Sample>> group_samples(const std::function<Result<std::optional<SampleFile>>()>& next,
                                          const SampleKey& key) {
  std::vector<Sample> samples;
  std::unordered_map<std::string, std::size_t> places;
  while (true) {
    BRYO_TRY(file, next());
    if (!file) break;
    const auto [place, fresh] = places.try_emplace(key.of(file->name), samples.size());
    if (fresh) samples.push_back({place->first, {}});
    samples[place->second].files.push_back(std::move(*file));
  }
  for (auto& sample : samples) {
    std::sort(sample.files.begin(), sample.files.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  }
  std::sort(samples.begin(), samples.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  return samples;
}

void order_samples(std::vector<Sample>& samples, SampleOrder order, std::uint64_t seed) {
  if (order == SampleOrder::NameDescending) std::reverse(samples.begin(), samples.end());
  if (order != SampleOrder::Shuffle) return;
  SeededRandom random(seed);
  for (std::size_t i = samples.size(); i > 1; --i) std::swap(samples[i - 1], samples[random.below(i)]);
}

}  // namespace bryo::cli
