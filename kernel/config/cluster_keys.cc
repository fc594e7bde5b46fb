#include <kernel/config/cluster_keys.h>
#include <kernel/config/feature_flags.h>

#include <algorithm>
#include <array>

namespace bryo::kernel {
namespace {

using namespace std::chrono_literals;

using Keys = std::vector<ClusterKey>;

OptionValue number(std::int64_t n) { return n; }
OptionValue time(Duration d) { return d; }
OptionValue word(std::string text) { return text; }

ClusterKey flag(std::string name, bool value, std::string doc) {
  return {.name = std::move(name), .default_value = value, .doc = std::move(doc)};
}
ClusterKey count(std::string name, std::int64_t value, std::string doc, std::optional<OptionValue> min = number(0),
                 std::optional<OptionValue> max = {}) {
  return {.name = std::move(name), .default_value = value, .doc = std::move(doc), .min = min, .max = max};
}
ClusterKey duration(std::string name, Duration value, std::string doc, std::optional<OptionValue> min = time(0s),
                    std::optional<OptionValue> max = {}) {
  return {.name = std::move(name), .default_value = value, .doc = std::move(doc), .min = min, .max = max};
}
ClusterKey size(std::string name, Size value, std::string doc, std::optional<OptionValue> min = {},
                std::optional<OptionValue> max = {}) {
  return {.name = std::move(name), .default_value = value, .doc = std::move(doc), .min = min, .max = max};
}
ClusterKey text(std::string name, std::string value, std::string doc, std::vector<std::string> choices = {}) {
  return {.name = std::move(name),
          .default_value = word(std::move(value)),
          .doc = std::move(doc),
          .choices = std::move(choices)};
}
ClusterKey effective(ClusterKey key) {
  key.effective = true;
  return key;
}
ClusterKey only_once_set(ClusterKey key) {
  key.always_shown = false;
  return key;
}

void add(Keys& keys, std::initializer_list<ClusterKey> more) { keys.insert(keys.end(), more); }

/// Properties that a new bucket takes from here.
void add_bucket_defaults(Keys& keys) {
  const std::vector<std::string> when = {"immediate", "delayed", "never"};
  add(keys,
      {
          text("write_policy.data", "immediate", "When object data is written to its disk, for new buckets.", when),
          text("write_policy.md", "immediate", "When object metadata is written to its disk, for new buckets.", when),
          effective(text("checksum.type", "xxhash2", "Checksum of objects, for new buckets.",
                         {"none", "xxhash", "xxhash2", "md5", "crc32c", "sha256", "sha512"})),
          flag("checksum.validate_cold_get", false, "Check what comes from a backend against the backend's checksum."),
          flag("checksum.validate_warm_get", false, "Check an object's checksum each time it is read."),
          flag("checksum.validate_obj_move", false, "Check an object's checksum when it moves between nodes."),
          flag("checksum.enable_read_range", false, "Answer range reads with a checksum of the range."),
          effective(flag("versioning.enabled", true, "Count the versions of objects, for new buckets.")),
          flag("versioning.validate_warm_get", false, "Ask the backend on each read whether it has a newer version."),
          flag("versioning.synchronize", false, "The same, and remove what the backend no longer has."),
          count("mirror.copies", 2, "Copies of each object on one target, for new buckets.", number(2), number(32)),
          count("mirror.burst_buffer", 512, "Objects that wait to be copied."),
          flag("mirror.enabled", false, "Keep copies, for new buckets."),
          text("ec.compression", "never", "Compression of slices on their way between targets.", {"never", "always"}),
          count("ec.bundle_multiplier", 2, "Streams between two targets.", number(1)),
          count("ec.burst_buffer", 512, "Objects that wait to be sent."),
          count("ec.objsize_limit", 262144, "Objects up to this many bytes are replicated, not sliced.", number(-1)),
          count("ec.data_slices", 2, "Data slices of an object, for new buckets.", number(1), number(32)),
          count("ec.parity_slices", 2, "Parity slices of an object, for new buckets.", number(1), number(32)),
          flag("ec.enabled", false, "Erasure coding, for new buckets."),
          flag("ec.disk_only", false, "Write slices to disk without holding them in memory."),
          duration("lru.dont_evict_time", 2h, "Objects that were used within this time are not evicted."),
          duration("lru.capacity_upd_time", 10min, "How often used capacity is measured."),
          count("lru.batch_size", 32768, "Objects looked at in one go."),
          flag("lru.enabled", false, "Evict cached objects when space runs out, for new buckets."),
          size("chunks.objsize_limit", Size{0}, "Objects at least as large are stored in chunks; 0: none."),
          size("chunks.max_monolithic_size", Size{1ull << 40}, "Largest object that is stored as one file."),
          size("chunks.chunk_size", 1_GiB, "Size of a chunk."),
      });
  for (const std::string side : {"backend", "frontend"}) {
    const std::string who = side == "backend" ? "calls to a bucket's backend" : "client calls to a bucket";
    const std::string name = "rate_limit." + side;
    add(keys,
        {
            duration(name + ".interval", 1min, "Time in which max_tokens " + who + " may be made.", time(1s), time(1h)),
            count(name + ".max_tokens", 1000, "Number of " + who + " within the interval.", number(1)),
            flag(name + ".enabled", false, "Limit the rate of " + who + ", for new buckets."),
            only_once_set(text(name + ".per_op_max_tokens", "", "Other numbers for verbs: \"get:5000 delete:1000\".")),
        });
  }
  add(keys, {
                count("rate_limit.backend.num_retries", 3, "Repetitions after a backend answered 429 or 503."),
                count("rate_limit.frontend.burst_size", 375, "Calls that may come at once.", number(1)),
            });
}

void add_log(Keys& keys) {
  auto format = text("log.format", "text", "Lines of text, or JSON objects.", {"text", "json"});
  add(keys,
      {
          effective(text("log.level", "3", "Verbosity: up to 2 warnings, 3 information, 4 debugging, 5 everything.",
                         {"0", "1", "2", "3", "4", "5"})),
          effective(size("log.max_size", 64_MiB, "Bytes of one log file; the next is begun then.", 1_KiB, 1_GiB)),
          effective(size("log.max_total", 512_MiB, "Bytes of all log files, at least twice max_size; the oldest go.",
                         1_MiB, 10_GiB)),
          duration("log.flush_time", 1min, "How long log lines may wait in memory; Bryo writes each at once.", time(0s),
                   time(1h)),
          duration("log.stats_time", 3min, "How often counters are logged."),
          effective(flag("log.to_stderr", false, "Write to standard error beside the files.")),
          effective(only_once_set(std::move(format))),
      });
}

/// Streams between targets, one group of keys for each kind of work.
void add_streams(Keys& keys) {
  struct Group {
    std::string name;
    std::string work;
    std::int64_t multiplier;
    std::int64_t burst;
  };
  for (const Group& g : std::to_array<Group>({{"tcb", "bucket copies", 2, 512},
                                              {"tco", "copies of lists of objects", 2, 512},
                                              {"arch", "archiving", 2, 512},
                                              {"lso", "listings", 1, 32},
                                              {"rebalance", "rebalance", 2, 1024},
                                              {"get_batch", "get-batch", 2, 512}})) {
    add(keys, {
                  text(g.name + ".compression", "never", "Compression between targets, for " + g.work + ".",
                       {"never", "always"}),
                  count(g.name + ".bundle_multiplier", g.multiplier, "Streams between two targets, for " + g.work + ".",
                        number(1)),
                  count(g.name + ".burst_buffer", g.burst, "Objects that wait to be sent, for " + g.work + "."),
              });
  }
  add(keys,
      {
          count("lso.walk_buffer", 128, "Names read ahead of a listing."),
          duration("lso.idle_time", 20s, "A listing that nobody continues ends after this time."),
          duration("lso.quiescent", 5s, "A listing ends after this time without news from other targets."),
          duration("rebalance.dest_retry_time", 2min, "How long an unreachable destination is tried."),
          flag("rebalance.enabled", true, "Move objects by itself when targets join or leave."),
          duration("get_batch.max_wait", 20s, "Wait for one entry from another node.", time(1s), time(1min)),
          count("get_batch.warmup_workers", -1, "Workers that read ahead while a peer is waited for; -1: none.",
                number(-1), number(10)),
          count("get_batch.max_soft_errs", 8, "Missing entries that a batch with coer survives."),
          count("get_batch.max_gfn", 5, "Direct reads of entries that did not arrive in time; -1: none.", number(-1)),
          count("transport.max_header", 4096, "Bytes of a stream's object header."),
          count("transport.burst_buffer", 1024, "Objects that wait to be sent."),
          duration("transport.idle_teardown", 4s, "An idle stream closes after this time."),
          duration("transport.quiescent", 10s, "A job ends after this time without news from other targets."),
          size("transport.lz4_block", 256_KiB, "Block size of compressed streams."),
          flag("transport.lz4_frame_checksum", false, "Checksums in compressed streams."),
      });
}

void add_upkeep(Keys& keys) {
  for (const std::string role : {"proxy", "target"}) {
    const std::string name = "keepalivetracker." + role;
    add(keys, {
                  text(name + ".name", "heartbeat", "How a lost " + role + " is noticed."),
                  duration(name + ".interval", 10s, "Time between two signs of life of a " + role + "."),
                  count(name + ".factor", 3, "Intervals without a sign of life until a " + role + " is suspected."),
              });
  }
  const auto percent = [](std::string name, std::int64_t value, std::string doc) {
    return count(std::move(name), value, std::move(doc), number(0), number(100));
  };
  add(keys, {
                count("keepalivetracker.num_retries", 3, "Times that a suspected node is asked."),
                count("keepalivetracker.retry_factor", 4, "How much longer each time waits."),
                percent("space.cleanupwm", 65, "Percent of a disk at which leftovers are removed."),
                percent("space.lowwm", 75, "Percent of a disk at which eviction stops."),
                percent("space.highwm", 90, "Percent of a disk at which eviction starts."),
                percent("space.out_of_space", 95, "Percent of a disk at which writes are refused."),
                count("space.batch_size", 32768, "Files looked at in one go."),
                duration("space.dont_cleanup_time", 30min, "Leftovers younger than this stay."),
                percent("disk.disk_util_low_wm", 20, "Percent of busy time below which background work runs freely."),
                percent("disk.disk_util_high_wm", 80, "Percent of busy time above which background work slows down."),
                percent("disk.disk_util_max_wm", 95, "Percent of busy time above which background work stops."),
                duration("disk.iostat_time_long", 2s, "Time between two measurements of idle disks."),
                duration("disk.iostat_time_short", 100ms, "Time between two measurements of busy disks."),
                duration("disk.iostat_time_smooth", 8s, "Time over which measurements are averaged."),
                count("fshc.test_files", 4, "Files that are written and read to test a disk."),
                count("fshc.error_limit", 2, "Failures of such a test that disable the disk."),
                count("fshc.io_err_limit", 10, "Input/output errors within io_err_time that start a test."),
                duration("fshc.io_err_time", 10s, "Time in which io_err_limit errors start a test."),
                flag("fshc.enabled", true, "Test disks that report errors."),
                duration("periodic.stats_time", 10s, "How often statistics are gathered."),
                duration("periodic.retry_sync_time", 2s, "How often metadata is sent again to a node that missed it."),
                duration("periodic.notif_time", 30s, "How often jobs report their progress."),
                duration("client.client_timeout", 10s, "Time for a short call between nodes."),
                duration("client.client_long_timeout", 5min, "Time for a long call between nodes."),
                duration("client.list_timeout", 5min, "Time for one page of a listing."),
                duration("downloader.timeout", 1h, "Time for one download."),
                flag("auth.client_auth_required", false, "Refuse calls without a token."),
                flag("resilver.enabled", true, "Move objects by itself when mountpaths come or go."),
                size("memsys.min_free", 1_GiB, "Memory to keep free."),
                size("memsys.default_buf", 32_KiB, "Size of buffers."),
                size("memsys.to_gc", 4_GiB, "Freed bytes after which memory is returned."),
                duration("memsys.hk_time", 3min, "How often memory is looked at."),
                percent("memsys.min_pct_total", 0, "Percent of memory to keep free."),
                percent("memsys.min_pct_free", 0, "Percent of free memory to keep free."),
            });
}

void add_network(Keys& keys) {
  add(keys, {
                flag("proxy.non_electable", false, "This gateway never becomes primary."),
                text("net.l4.proto", "tcp", "Transport protocol.", {"tcp"}),
                count("net.l4.sndrcv_buf_size", 131072, "Bytes of socket buffers."),
                text("net.http.server_crt", "", "File of the server's certificate."),
                text("net.http.server_key", "", "File of the certificate's key."),
                text("net.http.client_ca_tls", "", "File of the authority that signs clients' certificates."),
                count("net.http.client_auth_tls", 0, "What is asked of clients: 0 nothing ... 4 a valid certificate.",
                      number(0), number(4)),
                text("net.http.domain_tls", "", "Server name in TLS."),
                duration("net.http.idle_conn_time", 6s, "Idle connections between nodes close after this time."),
                duration("net.http.backend_idle_conn_time", 6s, "Idle connections to backends close after this time."),
                count("net.http.idle_conns_per_host", 32, "Idle connections to one node."),
                count("net.http.idle_conns", 256, "Idle connections to all nodes."),
                count("net.http.write_buffer_size", 65536, "Bytes of a connection's write buffer."),
                count("net.http.read_buffer_size", 65536, "Bytes of a connection's read buffer."),
                flag("net.http.use_https", false, "Serve TLS."),
                flag("net.http.skip_verify", false, "Do not check certificates of other nodes."),
                flag("net.http.chunked_transfer", true, "Send objects between nodes in chunks."),
                flag("net.use_ipv6", false, "Prefer IPv6."),
                duration("timeout.cplane_operation", 2s, "Time for a control call between nodes."),
                duration("timeout.max_keepalive", 5s, "Time for a sign of life."),
                duration("timeout.max_host_busy", 20s, "Time that a busy node is waited for."),
                duration("timeout.startup_time", 1min, "Time for the primary to start."),
                duration("timeout.join_startup_time", 3min, "Time for a node to join."),
                duration("timeout.send_file_time", 5min, "Time for an object between nodes."),
                duration("timeout.ec_streams_time", 10min, "Time for a slice between nodes."),
                duration("timeout.object_md", 2h, "How long metadata of objects is cached."),
                duration("timeout.cold_get_conflict", 5s, "Wait for another read of the same cold object."),
            });
}

constexpr std::array<std::string_view, 6> kReadOnly = {
    "uuid", "lastupdate_time", "config_version", "proxy.primary_url", "proxy.original_url", "proxy.discovery_url"};

constexpr std::array<std::string_view, 15> kOfOneNode = {
    "write_policy", "rate_limit", "keepalivetracker", "log",        "space",  "disk",
    "fshc",         "lru",        "client",           "downloader", "memsys", "resilver",
    "timeout",      "tracing",    "distributed_sort"};

}  // namespace

std::vector<ClusterKey> cluster_keys() {
  Keys keys;
  add_bucket_defaults(keys);
  add_log(keys);
  add_streams(keys);
  add_upkeep(keys);
  add_network(keys);
  add(keys, {{.name = std::string(kFeatures),
              .default_value = std::vector<std::string>(),
              .doc = "Feature flags that are on, by name.",
              .choices = feature_names(),
              .effective = true}});
  return keys;
}

bool is_read_only_cluster_name(std::string_view name) {
  return std::find(kReadOnly.begin(), kReadOnly.end(), name) != kReadOnly.end();
}

bool may_differ_on_a_node(std::string_view name) {
  const std::string_view section = name.substr(0, name.find('.'));
  return std::find(kOfOneNode.begin(), kOfOneNode.end(), section) != kOfOneNode.end();
}

}  // namespace bryo::kernel
