#pragma once

#include <kernel/metrics/counter_rows.h>

namespace bryo::kernel {

/// What becomes of member indexes. Counters live in the registry.
struct IndexMetrics {
  static Result<IndexMetrics> declare(MetricsRegistry& registry) {
    IndexMetrics out;
    BRYO_CHECK(declare_counters(
        registry,
        {
            {&out.passes, "index.passes", "bryo_index_passes", "Archives read from end to end to index them."},
            {&out.loads, "index.loads", "bryo_index_loads", "Indexes of archives read from a disk."},
            {&out.damaged, "index.damaged", "bryo_index_damaged",
             "Indexes on a disk that could not be used, and were made anew."},
        }));
    return out;
  }

  Counter* passes = nullptr;
  Counter* loads = nullptr;
  Counter* damaged = nullptr;
};

}  // namespace bryo::kernel
