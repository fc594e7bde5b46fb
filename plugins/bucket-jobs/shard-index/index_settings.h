#pragma once

#include <bryo/registrar.h>

namespace bryo::shard_index {

/// The options and metrics of the plugin.
struct IndexSettings {
  explicit IndexSettings(Registrar& registrar)
      : workers(registrar.option<std::int64_t>(
            {.key = "workers",
             .default_value = 0,
             .min = 0,
             .max = 64,
             .doc = "Shards that an index-shard job reads at once, if its message does not say; 0: as many as there "
                    "are cores, at most 8.",
             .hot = true})),
        after_put(registrar.option<std::int64_t>(
            {.key = "after_put",
             .default_value = 32,
             .min = 1,
             .max = 1024,
             .doc = "Shards that may wait to be indexed after they were stored; further ones are indexed when they are "
                    "read first.",
             .hot = true})),
        checked(registrar.counter({.name = "checked", .help = "Shards that index-shard jobs have looked at."})),
        failed(registrar.counter({.name = "failed", .help = "Shards that could not be indexed."})),
        put(registrar.counter({.name = "put", .help = "Shards indexed after they were stored."})),
        put_left(registrar.counter(
            {.name = "put.left", .help = "Shards that were not indexed after they were stored: too many waited."})),
        running(registrar.gauge({.name = "running", .help = "Jobs under way."})) {}

  Option<std::int64_t> workers;
  Option<std::int64_t> after_put;
  Counter& checked;
  Counter& failed;
  Counter& put;
  Counter& put_left;
  Gauge& running;
};

}  // namespace bryo::shard_index
