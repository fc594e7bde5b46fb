#pragma once

#include <bryo/registrar.h>

#include <string>
#include <vector>

namespace bryo::promote {

/// The options and metrics of the plugin.
struct PromoteSettings {
  explicit PromoteSettings(Registrar& registrar)
      : roots(registrar.option<std::vector<std::string>>(
            {.key = "roots",
             .default_value = {"/var/lib/ais/promote"},
             .doc = "Folders of the server whose files, and those of folders in them, may become objects.",
             .hot = true})),
        workers(registrar.option<std::int64_t>(
            {.key = "workers",
             .default_value = 0,
             .min = -1,
             .max = 1024,
             .doc = "Files that a job reads at once; 0: as many as suit the machine, -1: one after the other.",
             .hot = true})),
        objects(registrar.counter({.name = "objects", .help = "Objects made of files."})),
        bytes(registrar.counter({.name = "bytes", .help = "Bytes of content of those."})),
        failed(registrar.counter({.name = "failed", .help = "Files of which no object could be made."})),
        running(registrar.gauge({.name = "running", .help = "Jobs under way."})) {}

  Option<std::vector<std::string>> roots;
  Option<std::int64_t> workers;
  Counter& objects;
  Counter& bytes;
  Counter& failed;
  Gauge& running;
};

}  // namespace bryo::promote
