#pragma once

/// The counters of one part of the kernel, declared as a table.

#include <kernel/metrics/metrics_registry.h>

#include <initializer_list>

namespace bryo::kernel {

struct CounterRow {
  Counter** counter;  ///< where it is kept from then on
  const char* name;
  const char* exposition;
  const char* help;
};

/// Fails as `MetricsRegistry::counter`; the rows before the one that failed are declared.
Status declare_counters(MetricsRegistry& registry, std::initializer_list<CounterRow> rows);

}  // namespace bryo::kernel
