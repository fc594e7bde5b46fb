#pragma once

#include <bryo/names.h>
#include <bryo/registrar.h>

#include <atomic>

namespace bryo::remote_objects {

/// The options and metrics of the plugin.
struct RemoteSettings {
  explicit RemoteSettings(Registrar& registrar)
      : workers(registrar.option<std::int64_t>(
            {.key = "workers",
             .default_value = 0,
             .min = -1,
             .max = 1024,
             .doc =
                 "Objects that a job evicts or prefetches at once, unless its message says so; 0: as many as suit the "
                 "machine, -1: one after the other.",
             .hot = true})),
        evicted(registrar.counter({.name = "evicted", .help = "Copies of objects given up by jobs."})),
        prefetched(registrar.counter({.name = "prefetched", .help = "Objects brought from backends by jobs."})),
        bytes(registrar.counter({.name = "prefetched.bytes", .help = "Bytes of content brought by jobs."})),
        missing(registrar.counter({.name = "missing", .help = "Objects that a list named and that were not there."})),
        failed(registrar.counter({.name = "failed", .help = "Objects that could not be evicted or brought."})),
        running(registrar.gauge({.name = "running", .help = "Jobs under way."})) {}

  Option<std::int64_t> workers;
  Counter& evicted;
  Counter& prefetched;
  Counter& bytes;
  Counter& missing;
  Counter& failed;
  Gauge& running;
  /// Of all prefetches since the start: time that bringing objects took.
  std::atomic<std::int64_t> cold_ns{0}, cold_objects{0}, cold_bytes{0};
};

/// The wire's 400 for a bucket that has no backend.
inline Status check_remote(std::string_view action, const BucketName& bucket) {
  if (is_remote(bucket)) return {};
  return Error(Errc::InvalidArgument, std::string(action) + ": expecting remote bucket (have " + bucket.uri() + ")",
               "ErrNotRemoteBck");
}

}  // namespace bryo::remote_objects
