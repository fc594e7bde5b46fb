#pragma once

#include <bryo/registrar.h>

namespace dedup {

/// What `/metrics` shows as `bryo_dedup_<name>`. The server owns the objects; a reference is all a plugin keeps.
struct DedupMetrics {
  explicit DedupMetrics(bryo::Registrar& registrar)
      : scanned(registrar.counter({.name = "scanned", .help = "Objects whose checksums were compared."})),
        unchecked(
            registrar.counter({.name = "unchecked", .help = "Objects passed over because they have no checksum."})),
        duplicates(registrar.counter({.name = "duplicates", .help = "Objects that equal an earlier one."})),
        wasted_bytes(
            registrar.counter({.name = "wasted.bytes", .help = "Bytes of the objects that equal an earlier one."})),
        running(registrar.gauge({.name = "running", .help = "Jobs under way."})) {}

  bryo::Counter& scanned;
  bryo::Counter& unchecked;
  bryo::Counter& duplicates;
  bryo::Counter& wasted_bytes;
  bryo::Gauge& running;
};

}  // namespace dedup
