#pragma once

#include <bryo/registrar.h>

namespace bryo::archive_job {

/// The options and metrics of the plugin.
struct ArchiveSettings {
  explicit ArchiveSettings(Registrar& registrar)
      : open_ahead(registrar.option<std::int64_t>(
            {.key = "open_ahead",
             .default_value = 32,
             .min = 1,
             .max = 1024,
             .doc = "Objects that a job has open ahead of the one that it writes, while the disk reads them.",
             .hot = true})),
        objects(registrar.counter({.name = "objects", .help = "Objects written into archives."})),
        bytes(registrar.counter({.name = "bytes", .help = "Bytes of content written into archives."})),
        left_out(registrar.counter({.name = "left.out", .help = "Objects that could not be read and were left out."})),
        archives(registrar.counter({.name = "archives", .help = "Archives written."})),
        running(registrar.gauge({.name = "running", .help = "Jobs under way."})) {}

  Option<std::int64_t> open_ahead;
  Counter& objects;
  Counter& bytes;
  Counter& left_out;
  Counter& archives;
  Gauge& running;
};

}  // namespace bryo::archive_job
