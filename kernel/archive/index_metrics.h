#pragma once

#include <kernel/metrics/metrics_registry.h>

namespace bryo::kernel {

/// What becomes of member indexes. Counters live in the registry.
struct IndexMetrics {
  static Result<IndexMetrics> declare(MetricsRegistry& registry) {
    IndexMetrics out;
    struct Row {
      Counter** counter;
      const char* name;
      const char* exposition;
      const char* help;
    };
    for (const Row& row : {
             Row{&out.passes, "index.passes", "bryo_index_passes", "Archives read from end to end to index them."},
             Row{&out.loads, "index.loads", "bryo_index_loads", "Indexes of archives read from a disk."},
             Row{&out.damaged, "index.damaged", "bryo_index_damaged",
                 "Indexes on a disk that could not be used, and were made anew."},
         }) {
      BRYO_TRY(counter, registry.counter({.name = row.name, .help = row.help, .exposition = row.exposition}, "kernel"));
      *row.counter = counter;
    }
    return out;
  }

  Counter* passes = nullptr;
  Counter* loads = nullptr;
  Counter* damaged = nullptr;
};

}  // namespace bryo::kernel
