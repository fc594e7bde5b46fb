#pragma once

#include <bryo/registrar.h>

namespace bryo::delete_objects {

/// The options and metrics of the plugin.
struct DeleteSettings {
  explicit DeleteSettings(Registrar& registrar)
      : workers(registrar.option<std::int64_t>(
            {.key = "workers",
             .default_value = 0,
             .min = -1,
             .max = 1024,
             .doc =
                 "Objects that a job deletes at once, unless its message says so; 0: as many as suit the machine, -1: "
                 "one after the other.",
             .hot = true})),
        objects(registrar.counter({.name = "objects", .help = "Objects deleted by jobs."})),
        missing(registrar.counter({.name = "missing", .help = "Objects that a list named and that were not there."})),
        failed(registrar.counter({.name = "failed", .help = "Objects that could not be deleted."})),
        running(registrar.gauge({.name = "running", .help = "Jobs under way."})) {}

  Option<std::int64_t> workers;
  Counter& objects;
  Counter& missing;
  Counter& failed;
  Gauge& running;
};

}  // namespace bryo::delete_objects
