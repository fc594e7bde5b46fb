#include <kernel/metrics/counter_rows.h>
#include <kernel/object/object_metrics.h>

namespace bryo::kernel {

Result<ObjectMetrics> ObjectMetrics::declare(MetricsRegistry& registry) {
  ObjectMetrics metrics{};
  BRYO_CHECK(declare_counters(
      registry,
      {
          {&metrics.get_count, "get.n", "ais_target_get_count", "Objects and archived files read."},
          {&metrics.get_bytes, "get.size", "ais_target_get_bytes", "Bytes of the answers to reads."},
          {&metrics.get_ns, "get.ns.total", "ais_target_get_ns_total",
           "Nanoseconds from a read's arrival to its first byte."},
          {&metrics.put_count, "put.n", "ais_target_put_count", "Objects written."},
          {&metrics.put_bytes, "put.size", "ais_target_put_bytes", "Bytes of objects written."},
          {&metrics.put_ns, "put.ns.total", "ais_target_put_ns_total", "Nanoseconds spent in writes."},
          {&metrics.put_checksum_errors, "err.put.cksum.n", "ais_target_err_put_cksum_count",
           "Writes refused because the content has another checksum than given."},
          {&metrics.head_count, "head.n", "ais_target_head_count", "Requests for the properties of an object."},
          {&metrics.delete_count, "del.n", "ais_target_del_count", "Objects deleted."},
          {&metrics.list_count, "lst.n", "ais_target_lst_count", "Pages of object names listed."},
          {&metrics.get_errors, "err.get.n", "ais_target_err_get_count", "Reads that failed."},
          {&metrics.put_errors, "err.put.n", "ais_target_err_put_count", "Writes that failed."},
          {&metrics.head_errors, "err.head.n", "ais_target_err_head_count",
           "Requests for the properties of an object that failed."},
          {&metrics.delete_errors, "err.del.n", "ais_target_err_del_count", "Deletions that failed."},
          {&metrics.list_errors, "err.lst.n", "ais_target_err_lst_count",
           "Pages of object names that could not be listed."},
      }));
  return metrics;
}

}  // namespace bryo::kernel
