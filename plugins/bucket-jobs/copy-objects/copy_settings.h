#pragma once

#include <bryo/registrar.h>

namespace bryo::copy_objects {

/// The options and metrics of the plugin.
struct CopySettings {
  explicit CopySettings(Registrar& registrar)
      : workers(registrar.option<std::int64_t>(
            {.key = "workers",
             .default_value = 0,
             .min = -1,
             .max = 1024,
             .doc =
                 "Objects that a job copies at once, unless its message says so; 0: as many as suit the machine, -1: "
                 "one after the other.",
             .hot = true})),
        objects(registrar.counter({.name = "objects", .help = "Objects copied by jobs."})),
        bytes(registrar.counter({.name = "bytes", .help = "Bytes of content copied by jobs."})),
        failed(registrar.counter({.name = "failed", .help = "Objects that could not be copied."})),
        pruned(registrar.counter({.name = "pruned", .help = "Objects deleted because their source has none of them."})),
        running(registrar.gauge({.name = "running", .help = "Jobs under way."})) {}

  Option<std::int64_t> workers;
  Counter& objects;
  Counter& bytes;
  Counter& failed;
  Counter& pruned;
  Gauge& running;
};

}  // namespace bryo::copy_objects
