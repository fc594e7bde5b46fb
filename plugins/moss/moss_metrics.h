#pragma once

/// The metrics of get-batch (get-batch.md section 10, observability.md section 4).

#include <bryo/registrar.h>

namespace bryo::moss {

struct MossMetrics {
  explicit MossMetrics(Registrar& r)
      : batches(r.counter({"getbatch.n", "Batches answered, well or not.", "ais_target_getbatch_count"})),
        objects(r.counter({"getbatch.obj.n", "Whole or ranged objects delivered, but for empty ones.",
                           "ais_target_getbatch_obj_count"})),
        object_bytes(r.counter(
            {"getbatch.obj.size", "Bytes of whole or ranged objects delivered.", "ais_target_getbatch_obj_bytes"})),
        files(r.counter(
            {"getbatch.file.n", "Members of shards delivered, but for empty ones.", "ais_target_getbatch_file_count"})),
        file_bytes(r.counter(
            {"getbatch.file.size", "Bytes of members of shards delivered.", "ais_target_getbatch_file_bytes"})),
        neighbour_reads(
            r.counter({"getbatch.gfn.n", "Direct reads of entries that did not arrive from their node in time.",
                       "ais_target_getbatch_gfn_count"})),
        peer_wait_ns(r.counter({"getbatch.rxwait.ns", "Nanoseconds spent waiting for entries of other nodes.",
                                "ais_target_getbatch_rxwait_ns"})),
        throttle_ns(r.counter(
            {"getbatch.throttle.ns", "Nanoseconds slept under pressure.", "ais_target_getbatch_throttle_ns"})),
        failed(r.counter({"err.getbatch.n", "Batches failed or refused with 429.", "ais_target_err_getbatch_count"})),
        soft_errors(r.counter({"err.soft.getbatch.n", "Entries that failed in batches that continue on error.",
                               "ais_target_err_soft_getbatch_count"})),
        failed_neighbour_reads(r.counter(
            {"err.gfn.getbatch.n", "Direct reads from other nodes that failed.", "ais_target_err_gfn_getbatch_count"})),
        first_byte(r.histogram({"getbatch.ttfb", "Time from the request to the first bytes of the answer.",
                                "bryo_getbatch_ttfb_seconds"})),
        duration(r.histogram({"getbatch.duration", "Time from the request to the last byte of the answer.",
                              "bryo_getbatch_duration_seconds"})),
        entry_wait(r.histogram({"getbatch.entry.wait", "Time waited for one entry that was not in memory.",
                                "bryo_getbatch_entry_wait_seconds"})),
        in_flight(r.gauge({"getbatch.inflight", "Batches being answered.", "bryo_getbatch_inflight"})),
        memory(r.gauge({"getbatch.memory", "Bytes that batches hold of the node's memory budget.",
                        "bryo_getbatch_memory_bytes"})) {}

  Counter& batches;
  Counter& objects;
  Counter& object_bytes;
  Counter& files;
  Counter& file_bytes;
  Counter& neighbour_reads;
  Counter& peer_wait_ns;
  Counter& throttle_ns;
  Counter& failed;
  Counter& soft_errors;
  Counter& failed_neighbour_reads;
  Histogram& first_byte;
  Histogram& duration;
  Histogram& entry_wait;
  Gauge& in_flight;
  Gauge& memory;
};

}  // namespace bryo::moss
