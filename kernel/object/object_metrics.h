#pragma once

/// Counters of the object and listing calls, under the reference's names (observability.md section 2).

#include <kernel/metrics/metrics_registry.h>

namespace bryo::kernel {

/// Counters live in the registry.
struct ObjectMetrics {
  static Result<ObjectMetrics> declare(MetricsRegistry& registry);

  Counter* get_count;
  Counter* get_bytes;
  Counter* get_ns;
  Counter* put_count;
  Counter* put_bytes;
  Counter* put_ns;
  Counter* put_checksum_errors;
  Counter* head_count;
  Counter* delete_count;
  Counter* list_count;
  Counter* get_errors;
  Counter* put_errors;
  Counter* head_errors;
  Counter* delete_errors;
  Counter* list_errors;
};

}  // namespace bryo::kernel
