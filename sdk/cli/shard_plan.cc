#include "shard_plan.h"

#include <bryo/client/byte_stream.h>
#include <bryo/client/checksum.h>

#include <map>
#include <unordered_set>
#include <utility>

namespace bryo::cli {
namespace {

constexpr std::uint64_t kTarBlock = 512;

std::uint64_t room_of(const Sample& sample) {
  std::uint64_t bytes = 0;
  for (const auto& file : sample.files) {
    bytes += kTarBlock + (file.size + kTarBlock - 1) / kTarBlock * kTarBlock;
  }
  return bytes;
}

/// The shard that takes the next sample of its kind.
struct OpenShard {
  std::size_t place = 0;
  std::uint64_t room = 0;
};

class Dealer {
 public:
  explicit Dealer(PlanRules rules) : rules_(std::move(rules)) {}

  Status deal(const Sample& sample) {
    std::size_t names = 0;
    if (rules_.map != nullptr) {
      BRYO_TRY(mapped, rules_.map->place_of(sample.key));
      if (!mapped) {
        plan_.unmapped.push_back(&sample);
        return {};
      }
      names = *mapped;
    }
    const std::string folder = rules_.by_folder ? sample.key.substr(0, base_of(sample.key)) : std::string();
    const auto room = room_of(sample);
    auto open = open_.find({names, folder});
    if (open == open_.end() || full(open->second, room)) {
      BRYO_TRY(place, begin(rules_.names[names]));
      open = open_.insert_or_assign({names, folder}, OpenShard{place, 0}).first;
    }
    open->second.room += room;
    auto& shard = plan_.shards[open->second.place];
    shard.samples.push_back(&sample);
    shard.files += sample.files.size();
    for (const auto& file : sample.files) shard.bytes += file.size;
    return {};
  }

  ShardPlan take() { return std::move(plan_); }

 private:
  [[nodiscard]] bool full(const OpenShard& open, std::uint64_t more) const {
    const auto& limits = rules_.limits;
    const auto count = plan_.shards[open.place].samples.size();
    return (limits.samples > 0 && count >= limits.samples) || (limits.bytes > 0 && open.room + more > limits.bytes);
  }

  Result<std::size_t> begin(ShardNames& names) {
    auto name = names.next();
    if (!name) {
      return Error(Errc::InvalidArgument,
                   "the template of the shards ends after " + std::to_string(names.names.count().value_or(0)) +
                       " names, and more shards are needed: widen its range, or raise the limits");
    }
    if (!taken_.insert(*name).second) {
      return Error(Errc::InvalidArgument, "the names of the shards are not unique: \"" + *name +
                                              "\" comes twice; put other text between or before the ranges");
    }
    plan_.shards.push_back({.name = std::move(*name), .format = names.format, .samples = {}});
    return plan_.shards.size() - 1;
  }

  PlanRules rules_;
  ShardPlan plan_;
  std::map<std::pair<std::size_t, std::string>, OpenShard> open_;
  std::unordered_set<std::string> taken_;
};

}  // namespace

Result<ShardPlan> plan_shards(const std::vector<Sample>& samples, PlanRules rules) {
  Dealer dealer(std::move(rules));
  for (const auto& sample : samples) BRYO_CHECK(dealer.deal(sample));
  return dealer.take();
}

std::string digest_of(const PlannedShard& shard) {
  client::Xxhash hash;
  const auto add = [&hash](std::string_view text) { hash.update(client::bytes_of(text)); };
  add(client::extension_of(shard.format));
  for (const auto* sample : shard.samples) {
    for (const auto& file : sample->files) {
      add("\n" + std::to_string(file.size) + " " + std::to_string(file.stamp) + " ");
      add(file.name);
    }
  }
  return hash.hex();
}

}  // namespace bryo::cli
