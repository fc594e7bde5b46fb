#include "ishard_wish.h"

#include <charconv>
#include <fstream>
#include <random>
#include <sstream>

#include "arguments.h"
#include "size_argument.h"

namespace bryo::cli {
namespace {

constexpr std::string_view kDefaultTemplate = "shard-%06d";
constexpr std::uint64_t kDefaultSize = 100 << 20;
constexpr std::size_t kLargestMap = std::size_t{64} << 20;

Result<ExternalKeyMap> read_map(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) return usage_error("cannot read the external key map " + path);
  if (text.view().size() > kLargestMap) return usage_error("the external key map " + path + " is over 64 MiB");
  return ExternalKeyMap::parse(text.view());
}

Status read_names(const IshardOptions& options, IshardWish& wish) {
  BRYO_TRY(uri, uri_argument(options.destination));
  const bool named = !uri.object.empty() && !uri.object.ends_with('/');
  const auto folder = uri.bucket.uri() + "/" + (named ? "" : uri.object);
  if (!wish.map) {
    BRYO_TRY(names,
             parse_shard_names(named ? options.destination : folder + std::string(kDefaultTemplate), options.format));
    wish.names.push_back(std::move(names));
    return {};
  }
  if (named) return usage_error("with --ekm the map names the shards: end the destination with '/'");
  for (const auto& one : wish.map->templates()) {
    BRYO_TRY(names, parse_shard_names(folder + one, options.format));
    wish.names.push_back(std::move(names));
  }
  return {};
}

Status read_order(const IshardOptions& options, IshardWish& wish) {
  auto seed = options.seed;
  std::string_view sort = options.sort;
  // The reference writes the seed so.
  constexpr std::string_view kSeeded = "shuffle:";
  if (sort.starts_with(kSeeded)) {
    const auto number = sort.substr(kSeeded.size());
    std::uint64_t given = 0;
    const auto [end, failure] = std::from_chars(number.data(), number.data() + number.size(), given);
    if (failure != std::errc() || end != number.data() + number.size()) {
      return usage_error("--sort \"" + options.sort + "\": a seed is a number from 0, as in shuffle:7");
    }
    if (seed && *seed != given) return usage_error("--seed contradicts --sort " + options.sort);
    seed = given;
    sort = "shuffle";
  }
  BRYO_TRY(order, parse_sample_order(sort));
  if (seed && order != SampleOrder::Shuffle) return usage_error("--seed is for --sort shuffle");
  wish.order = order;
  wish.seed_given = seed.has_value();
  wish.seed = seed ? *seed : std::uint64_t{std::random_device{}()};
  return {};
}

}  // namespace

Result<IshardWish> ishard_wish(const IshardOptions& options) {
  IshardWish wish;
  BRYO_TRY(key, SampleKey::parse(options.key));
  wish.key = std::move(key);
  BRYO_CHECK(read_order(options, wish));
  if (options.show_keys && !options.dry_run) return usage_error("--show-keys is for --dry-run");
  if (!options.extensions.empty()) {
    BRYO_TRY(extensions, extensions_argument("--exts", options.extensions));
    wish.extensions = std::move(extensions);
  }
  BRYO_TRY(missing, parse_missing_action("--missing", options.missing));
  wish.missing = missing;
  BRYO_TRY(unmapped, parse_missing_action("--unmapped", options.unmapped));
  wish.unmapped = unmapped;
  if (options.samples == 0U) return usage_error("--samples 0: a shard has at least one sample");
  wish.limits.samples = options.samples.value_or(0);
  if (options.shard_size.empty()) {
    wish.limits.bytes = options.samples ? 0 : kDefaultSize;
  } else {
    BRYO_TRY(size, size_argument("--shard-size", options.shard_size));
    if (size == 0) return usage_error("--shard-size 0: a shard has at least one byte");
    wish.limits.bytes = size;
  }
  if (!options.map_file.empty()) {
    BRYO_TRY(map, read_map(options.map_file));
    wish.map = std::move(map);
  }
  BRYO_CHECK(read_names(options, wish));
  return wish;
}

}  // namespace bryo::cli
