#include <kernel/metrics/counter_rows.h>

namespace bryo::kernel {

Status declare_counters(MetricsRegistry& registry, std::initializer_list<CounterRow> rows) {
  for (const CounterRow& row : rows) {
    BRYO_TRY(counter, registry.counter({.name = row.name, .help = row.help, .exposition = row.exposition}, "kernel"));
    *row.counter = counter;
  }
  return {};
}

}  // namespace bryo::kernel
