#include "shard_plan_view.h"

#include "console.h"
#include "format.h"
#include "json_out.h"
#include "table.h"

namespace bryo::cli {
namespace {

JsonOut json_of_sample(const Sample& sample) {
  auto files = JsonOut::array();
  for (const auto& file : sample.files) files.push_back({{"name", file.name}, {"size", file.size}});
  return {{"key", sample.key}, {"files", std::move(files)}};
}

JsonOut json_of_shard(const PlannedShard& shard, bool keys) {
  JsonOut json{{"name", shard.name}, {"samples", shard.samples.size()}, {"files", shard.files}, {"bytes", shard.bytes}};
  if (!keys) return json;
  auto contents = JsonOut::array();
  for (const auto* sample : shard.samples) contents.push_back(json_of_sample(*sample));
  json["contents"] = std::move(contents);
  return json;
}

}  // namespace

void print_plan(const ShardPlan& plan, bool keys, Console& console) {
  if (console.json) {
    auto shards = JsonOut::array();
    for (const auto& shard : plan.shards) shards.push_back(json_of_shard(shard, keys));
    console.print(to_text(shards));
    return;
  }
  Table table({"SHARD", "SAMPLES", "FILES", "SIZE"});
  for (const auto& shard : plan.shards) {
    table.add({shard.name, std::to_string(shard.samples.size()), std::to_string(shard.files), show_size(shard.bytes)});
    if (!keys) continue;
    for (const auto* sample : shard.samples) {
      table.add({"  [" + sample->key + "]", "", std::to_string(sample->files.size()), ""});
      for (const auto& file : sample->files) table.add({"    " + file.name, "", "", show_size(file.size)});
    }
  }
  table.print(console);
}

}  // namespace bryo::cli
